;;; codex-sessions-events.el --- Changes of the sessions as they happen  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; One process for all of Emacs follows the changes, as long as something shows
;; the sessions.

;;; Code:

(require 'codex-sessions-data)

(defconst codex-sessions--first-pause-seconds 1
  "Before the changes are followed again, when that has ended for the first time.")

(defconst codex-sessions--longest-pause-seconds 60
  "Before the changes are followed again, however often that has ended.")

(defconst codex-sessions--redraw-seconds 0.1
  "Changes that come this close together are drawn once.")

(defvar codex-sessions--table (make-hash-table :test #'equal)
  "This machine's sessions by full name, as of the last change.")

(defvar codex-sessions-change-hook nil
  "Run when this machine's sessions have changed, as long as they are followed.")

(defvar codex-sessions-renamed-functions nil
  "Called with the full names before and after, when a session was renamed.")

(defvar codex-sessions-need-functions nil
  "Changes are followed as long as one of these functions returns non-nil.")

(defvar codex-sessions--events nil "The process that reports changes, or nil.")
(defvar codex-sessions--pause codex-sessions--first-pause-seconds
  "Seconds before the next try to follow the changes.")
(defvar codex-sessions--retry nil "The timer of the next try, or nil.")
(defvar codex-sessions--redraw nil "The timer that runs `codex-sessions-change-hook', or nil.")
(defvar codex-sessions--loading nil
  "Non-nil while the list is read: `again' if it must be read once more.")
(defvar codex-sessions--since-loading nil
  "The events that came while the list was read, the last first.")
(defvar codex-sessions--complaint nil "What was last said about events that fail.")

(defun codex-sessions--needed-p ()
  "Whether sessions are shown anywhere."
  (run-hook-with-args-until-success 'codex-sessions-need-functions))

(defun codex-sessions-follow ()
  "Follow the events of this machine's sessions, if nobody does yet."
  (when codex-sessions--retry
    (cancel-timer codex-sessions--retry)
    (setq codex-sessions--retry nil))
  (unless (process-live-p codex-sessions--events)
    (setq codex-sessions--events (codex-sessions--events-process))
    (codex-sessions--load)))

(defun codex-sessions-unfollow ()
  "Follow the events no longer, once nothing needs them."
  (run-at-time 0 nil (lambda ()
                       (unless (codex-sessions--needed-p) (codex-sessions--stop)))))

(defun codex-sessions--stop ()
  "Follow the events no longer."
  (when codex-sessions--retry
    (cancel-timer codex-sessions--retry))
  (when (process-live-p codex-sessions--events)
    (let ((process codex-sessions--events))
      (process-put process 'dropped t)
      (delete-process process)))
  (setq codex-sessions--retry nil
        codex-sessions--events nil
        codex-sessions--pause codex-sessions--first-pause-seconds))

(defun codex-sessions--events-process ()
  "Return a process that reports the events."
  (let ((default-directory (codex-sessions--local-directory "~")))
    (codex-sessions--make-process
     "codex-sessions-events" (codex-sessions--command '("events" "--json" "--snapshot"))
     nil #'codex-sessions--events-ended :filter #'codex-sessions--events-filter
     ;; When Emacs is killed, a terminal hangs up; a closed pipe would be noticed only at the
     ;; next event.
     :connection-type 'pty)))

(defun codex-sessions--events-filter (process output)
  "Take in the whole lines of OUTPUT from PROCESS."
  (let* ((text (concat (process-get process 'rest) output))
         (lines (split-string text "\n")))
    (process-put process 'rest (car (last lines)))
    (dolist (line (butlast lines))
      (condition-case problem
          (codex-sessions--take-event (codex-sessions--read line))
        (user-error (codex-sessions--complain (error-message-string problem)))))))

(defun codex-sessions--take-event (event)
  "Bring the table up to date with EVENT."
  (setq codex-sessions--pause codex-sessions--first-pause-seconds
        codex-sessions--complaint nil)
  (when codex-sessions--loading (push event codex-sessions--since-loading))
  (codex-sessions--apply event)
  (let-alist event
    (when .previous
      (run-hook-with-args 'codex-sessions-renamed-functions .previous .session.fullName))
    ;; The list has more about ended sessions, such as whether they can be resumed.
    ;; What has ended before the events were followed, only the list knows.
    (when (member .event '("gap" "exited" "ready")) (codex-sessions--load)))
  (codex-sessions--changed))

(defun codex-sessions--apply (event)
  "Put the session of EVENT into the table."
  (let-alist event
    (when .previous (remhash .previous codex-sessions--table))
    (when .session (puthash .session.fullName .session codex-sessions--table))))

(defun codex-sessions--changed ()
  "Run `codex-sessions-change-hook' soon, once for many events."
  (unless codex-sessions--redraw
    (setq codex-sessions--redraw
          (run-at-time codex-sessions--redraw-seconds nil
                       (lambda ()
                         (setq codex-sessions--redraw nil)
                         (run-hooks 'codex-sessions-change-hook))))))

(defun codex-sessions--load ()
  "Read the whole list in the background.
Events that come meanwhile are as new as what is read, or newer."
  (if codex-sessions--loading
      (setq codex-sessions--loading 'again)
    (let ((default-directory (codex-sessions--local-directory "~"))
          (args (codex-sessions--ls-args nil "--all")))
      (codex-sessions--spawn args (lambda (result) (codex-sessions--loaded result args)))
      (setq codex-sessions--loading t
            codex-sessions--since-loading nil))))

(defun codex-sessions--loaded (result args)
  "Fill the table from RESULT, that of the command with ARGS."
  (let ((again (eq codex-sessions--loading 'again))
        (events (nreverse codex-sessions--since-loading)))
    (setq codex-sessions--loading nil
          codex-sessions--since-loading nil)
    (condition-case problem
        (let ((sessions (codex-sessions--sessions (codex-sessions--check result args))))
          (clrhash codex-sessions--table)
          (dolist (session sessions)
            (puthash (codex-sessions--get 'fullName session) session codex-sessions--table))
          (mapc #'codex-sessions--apply events)
          (codex-sessions--changed))
      (user-error (codex-sessions--complain (error-message-string problem))))
    (when again (codex-sessions--load))))

(defun codex-sessions--events-ended (process errors)
  "Follow the events again after a while: PROCESS has ended, with ERRORS."
  (unless (process-get process 'dropped)
    (setq codex-sessions--events nil)
    (when (codex-sessions--needed-p)
      (codex-sessions--complain (or (codex-sessions--said errors)
                                    "codex-sessions events has ended"))
      (codex-sessions--try-later))))

(defun codex-sessions--try-later ()
  "Follow the events again, each time after a longer pause."
  (setq codex-sessions--retry
        (run-at-time codex-sessions--pause nil
                     (lambda ()
                       (setq codex-sessions--retry nil)
                       (when (codex-sessions--needed-p) (codex-sessions--keep-following))))
        codex-sessions--pause (min codex-sessions--longest-pause-seconds
                                   (* 2 codex-sessions--pause))))

(defun codex-sessions--keep-following ()
  "Follow the events; where that is not possible say so, and try again later."
  (condition-case problem (codex-sessions-follow)
    (error (codex-sessions--complain (error-message-string problem))
           (codex-sessions--try-later))))

(defun codex-sessions--complain (problem)
  "Say PROBLEM, unless that was the last thing said."
  (unless (equal problem codex-sessions--complaint)
    (setq codex-sessions--complaint problem)
    (message "%s" problem)))

(defun codex-sessions--load-if-followed ()
  "Read the list, if anybody follows it: not everything is an event."
  (when (process-live-p codex-sessions--events) (codex-sessions--load)))

(add-hook 'codex-sessions--ran-hook #'codex-sessions--load-if-followed)

(provide 'codex-sessions-events)
;;; codex-sessions-events.el ends here
