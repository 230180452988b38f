;;; codex-sessions-list.el --- The list of all sessions  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A list that follows the changes of the sessions as they happen.

;;; Code:

(require 'codex-sessions)
(require 'tabulated-list)

(defconst codex-sessions-list--redraw-seconds 10
  "Times in a list that is shown are brought up to date this often.")

(defvar-local codex-sessions-list--host nil
  "The machine whose sessions are listed, as ssh calls it, or nil for this one.")

(defvar-local codex-sessions-list--others nil
  "The sessions of another machine, as they were when they were read.")

(defvar-local codex-sessions-list--ended nil
  "Non-nil: sessions that were ended on purpose are listed, too.")

(defvar-local codex-sessions-list--marked nil
  "What names the sessions that are marked.")

(defvar codex-sessions-list--timer nil
  "The timer that brings times up to date, or nil.")

;;; The rows

(defun codex-sessions-list--sessions ()
  "Return the sessions to list, those who need the user first."
  (codex-sessions--sort
   (seq-filter (lambda (session)
                 (or codex-sessions-list--ended (codex-sessions--listed-p session)))
               (if codex-sessions-list--host codex-sessions-list--others
                 (hash-table-values codex-sessions--table)))))

(defun codex-sessions-list--entries ()
  "Return the rows, for `tabulated-list-entries'."
  (mapcar (lambda (session)
            (list (codex-sessions--address session) (codex-sessions-list--row session)))
          (codex-sessions-list--sessions)))

(defun codex-sessions-list--row (session)
  "Return the columns of SESSION."
  (let-alist session
    (vector (propertize (codex-sessions--title (codex-sessions--address session)) 'face 'bold)
            (propertize (codex-sessions--state session) 'face (codex-sessions--face session))
            (if (and .clients (> .clients 0)) (number-to-string .clients) "-")
            (codex-sessions--since .createdAt)
            (if .contextLeft (format "%s%%" .contextLeft) "-")
            (codex-sessions--topic session)
            (propertize (codex-sessions--safe (abbreviate-file-name (or .cwd "")))
                        'face 'shadow))))

(defun codex-sessions-list--by (key)
  "Return a function to sort rows by KEY of their sessions."
  (lambda (a b)
    (let ((x (codex-sessions--get key (codex-sessions-list--session (car a))))
          (y (codex-sessions--get key (codex-sessions-list--session (car b)))))
      (if (and (numberp x) (numberp y)) (< x y)
        (string> (format "%s" (or x "")) (format "%s" (or y "")))))))

(defun codex-sessions-list--session (address)
  "Return the session that ADDRESS names, or nil if it is gone."
  (if codex-sessions-list--host
      (seq-find (lambda (session) (equal address (codex-sessions--address session)))
                codex-sessions-list--others)
    (gethash address codex-sessions--table)))

;;; Drawing

(defun codex-sessions-list--draw (buffer)
  "Draw the list in BUFFER anew; point stays at its session."
  (let ((window (get-buffer-window buffer t)))
    (if window (with-selected-window window (codex-sessions-list--draw-here))
      (with-current-buffer buffer (codex-sessions-list--draw-here)))))

(defun codex-sessions-list--draw-here ()
  "Draw the list in the current buffer anew."
  (let ((at (tabulated-list-get-id))
        (line (line-number-at-pos)))
    (tabulated-list-print t)
    ;; If the session is gone, the next one has its place.
    (unless (equal at (tabulated-list-get-id))
      (goto-char (point-min))
      (forward-line (1- line)))
    (when (and (eobp) (not (bobp))) (forward-line -1)))
  (save-excursion
    (goto-char (point-min))
    (while (not (eobp))
      (when (member (tabulated-list-get-id) codex-sessions-list--marked)
        (tabulated-list-put-tag "*"))
      (forward-line 1))))

(defun codex-sessions-list--buffers ()
  "Return the buffers that list sessions."
  (seq-filter (lambda (buffer)
                (eq 'codex-sessions-list-mode (buffer-local-value 'major-mode buffer)))
              (buffer-list)))

(defun codex-sessions-list--draw-all ()
  "Draw all lists anew."
  (mapc #'codex-sessions-list--draw (codex-sessions-list--buffers)))

(defun codex-sessions-list--tick ()
  "Bring the times up to date in lists that are shown, until there is no list."
  (let ((buffers (codex-sessions-list--buffers)))
    (dolist (buffer buffers)
      (when (get-buffer-window buffer t) (codex-sessions-list--draw buffer)))
    (unless buffers
      (cancel-timer codex-sessions-list--timer)
      (setq codex-sessions-list--timer nil))))

(add-hook 'codex-sessions-need-functions #'codex-sessions-list--buffers)
(add-hook 'codex-sessions-change-hook #'codex-sessions-list--draw-all)

;;; What is done with sessions

(defun codex-sessions-list--at-point ()
  "Return the session at point."
  (or (codex-sessions-list--session (tabulated-list-get-id))
      (user-error "There is no session on this line")))

(defun codex-sessions-list--address-at-point ()
  "Return what names the session at point."
  (codex-sessions--address (codex-sessions-list--at-point)))

(defun codex-sessions-list--chosen ()
  "Return the sessions that are marked, or else the one at point."
  (or (delq nil (mapcar #'codex-sessions-list--session codex-sessions-list--marked))
      (list (codex-sessions-list--at-point))))

(defun codex-sessions-list-attach ()
  "Attach to the session at point; start one that has ended."
  (interactive)
  (codex-sessions--open (codex-sessions-list--at-point)))

(defun codex-sessions-list-kill ()
  "Kill the session at point, or those that are marked, after a question."
  (interactive)
  (codex-sessions--ask-and-kill (codex-sessions-list--chosen))
  (codex-sessions-list-unmark-all))

(defun codex-sessions-list-restart ()
  "Restart the session at point, or those that are marked."
  (interactive)
  (let ((sessions (codex-sessions-list--chosen)))
    (when (codex-sessions--agree "Restart" sessions)
      (mapc #'codex-sessions--restart (mapcar #'codex-sessions--address sessions))
      (codex-sessions-list-unmark-all))))

(defun codex-sessions-list-rename (name)
  "Give the session at point another NAME."
  (interactive (list (codex-sessions-list--read-name "New name of %s: ")))
  (codex-sessions--run (list "rename" (codex-sessions-list--address-at-point)
                             (codex-sessions--there nil name))))

(defun codex-sessions-list-fork (name)
  "Start a session NAME whose conversation begins as that of the session at point."
  (interactive (list (codex-sessions-list--read-name "Name of the fork of %s: ")))
  (codex-sessions--run (list "fork" "-d" (codex-sessions-list--address-at-point)
                             (codex-sessions--there nil name))))

(defun codex-sessions-list--read-name (prompt)
  "Ask for a name with PROMPT, which has a place for the session at point."
  (read-string (format prompt (codex-sessions--title
                               (codex-sessions-list--address-at-point)))))

(defun codex-sessions-list-send (prompt)
  "Send PROMPT to the session at point, or to those that are marked."
  (interactive (list (read-string "Prompt: ")))
  (dolist (session (codex-sessions-list--chosen))
    (codex-sessions--send (codex-sessions--address session) prompt))
  (codex-sessions-list-unmark-all))

(defun codex-sessions-list-answer ()
  "Answer what the session at point asks."
  (interactive)
  (codex-sessions-answer (codex-sessions-list--address-at-point)))

(defun codex-sessions-list-copy-name ()
  "Copy the full name of the session at point, or of those that are marked."
  (interactive)
  (let ((names (mapconcat #'codex-sessions--address (codex-sessions-list--chosen) "\n")))
    (kill-new names)
    (message "%s" (codex-sessions--safe names))))

(defun codex-sessions-list-log ()
  "Show the conversation of the session at point."
  (interactive)
  (codex-sessions-log (codex-sessions-list--address-at-point)))

;;; Marks

(defun codex-sessions-list-mark ()
  "Mark the session at point, and go to the next."
  (interactive)
  (cl-pushnew (codex-sessions-list--address-at-point) codex-sessions-list--marked
              :test #'equal)
  (tabulated-list-put-tag "*" t))

(defun codex-sessions-list-unmark ()
  "Remove the mark of the session at point, and go to the next."
  (interactive)
  (setq codex-sessions-list--marked
        (delete (tabulated-list-get-id) codex-sessions-list--marked))
  (tabulated-list-put-tag " " t))

(defun codex-sessions-list-unmark-all ()
  "Unmark all sessions."
  (interactive)
  (setq codex-sessions-list--marked nil)
  (codex-sessions-list--draw (current-buffer)))

;;; The mode

(defvar codex-sessions-list-mode-map
  (let ((map (make-sparse-keymap)))
    (set-keymap-parent map tabulated-list-mode-map)
    (define-key map (kbd "RET") #'codex-sessions-list-attach)
    (define-key map "k" #'codex-sessions-list-kill)
    (define-key map "r" #'codex-sessions-list-rename)
    (define-key map "R" #'codex-sessions-list-restart)
    (define-key map "f" #'codex-sessions-list-fork)
    (define-key map "s" #'codex-sessions-list-send)
    (define-key map "a" #'codex-sessions-list-answer)
    (define-key map "w" #'codex-sessions-list-copy-name)
    (define-key map "l" #'codex-sessions-list-log)
    (define-key map "m" #'codex-sessions-list-mark)
    (define-key map "u" #'codex-sessions-list-unmark)
    (define-key map "U" #'codex-sessions-list-unmark-all)
    (define-key map "A" #'codex-sessions-list-toggle-ended)
    (define-key map "?" #'describe-mode)
    map)
  "Keys in the list of sessions.")

(define-derived-mode codex-sessions-list-mode tabulated-list-mode "Codex-Sessions"
  "The sessions of Codex, those who need you first; the list follows their changes.
Kill, restart, send and copy act on the sessions that are marked, else on the
one at point.
\\{codex-sessions-list-mode-map}"
  (setq tabulated-list-format
        `[("Name" 26 t)
          ("State" 24 t)
          ("Clients" 7 ,(codex-sessions-list--by 'clients) :right-align t)
          ("Age" 4 ,(codex-sessions-list--by 'createdAt) :right-align t)
          ("Context" 7 ,(codex-sessions-list--by 'contextLeft) :right-align t)
          ("Topic" 30 t)
          ("Directory" 0 t)]
        tabulated-list-padding 2
        tabulated-list-sort-key nil
        tabulated-list-entries #'codex-sessions-list--entries)
  (setq-local revert-buffer-function #'codex-sessions-list--revert)
  (add-hook 'kill-buffer-hook #'codex-sessions-unfollow nil t)
  (tabulated-list-init-header))

(defun codex-sessions-list--revert (&rest _)
  "Read the sessions anew."
  (if codex-sessions-list--host (codex-sessions-list--read-others)
    (codex-sessions-follow)
    (codex-sessions--load)))

(defun codex-sessions-list--read-others ()
  "Read the sessions of the other machine that is listed."
  (let ((buffer (current-buffer)))
    (codex-sessions--run
     (codex-sessions--ls-args codex-sessions-list--host "--all")
     :then (lambda (output)
             (when (buffer-live-p buffer)
               (with-current-buffer buffer
                 (setq codex-sessions-list--others (codex-sessions--sessions output)))
               (codex-sessions-list--draw buffer))))))

(defun codex-sessions-list-toggle-ended ()
  "Show the sessions that were ended on purpose too, or no longer."
  (interactive)
  (setq codex-sessions-list--ended (not codex-sessions-list--ended))
  (codex-sessions-list--draw (current-buffer)))

;;;###autoload
(defun codex-sessions-list ()
  "Show all sessions in a list that is kept up to date.
In a directory of another machine, that machine's, as they are when read."
  (interactive)
  (let* ((host (codex-sessions--host default-directory))
         (buffer (get-buffer-create (if host (format "*codex-sessions: %s*" host)
                                      "*codex-sessions*"))))
    (codex-sessions--executable)
    (with-current-buffer buffer
      (unless (derived-mode-p 'codex-sessions-list-mode) (codex-sessions-list-mode))
      (setq codex-sessions-list--host host)
      (codex-sessions-list--draw buffer)
      (codex-sessions-list--revert))
    (unless codex-sessions-list--timer
      (setq codex-sessions-list--timer
            (run-with-timer codex-sessions-list--redraw-seconds
                            codex-sessions-list--redraw-seconds
                            #'codex-sessions-list--tick)))
    (pop-to-buffer buffer '(display-buffer-same-window))))

(provide 'codex-sessions-list)
;;; codex-sessions-list.el ends here
