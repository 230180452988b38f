;;; codex-sessions-data.el --- What a session is  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A session is an alist as "codex-sessions ls --json" prints it.

;;; Code:

(require 'codex-sessions-cli)
(require 'iso8601)
(require 'project)
(require 'seq)

;;; The list

(defsubst codex-sessions--get (key session)
  "Return the value of KEY in SESSION."
  (alist-get key session))

(defun codex-sessions--sessions (json)
  "Return the sessions in JSON, the output of \"ls --json\"."
  (let ((sessions (codex-sessions--read json)))
    (unless (and (listp sessions)
                 (seq-every-p (lambda (session)
                                (and (consp session)
                                     (stringp (ignore-errors (alist-get 'fullName session)))))
                              sessions))
      (user-error "%s prints no list of sessions: is it too old?" codex-sessions-program))
    sessions))

(defun codex-sessions--ls-args (host &rest flags)
  "Return the arguments that list the sessions of HOST (nil: here), with FLAGS."
  (append '("ls" "--json") flags (and host (list "--host" host))))

(defun codex-sessions--ls (host &rest flags)
  "Return the sessions of HOST (nil: of this machine), with FLAGS of \"ls\"."
  (let ((args (apply #'codex-sessions--ls-args host flags)))
    (codex-sessions--sessions (codex-sessions--check (codex-sessions--wait args) args))))

(defun codex-sessions--address (session)
  "Return what names SESSION, and no other, in a command."
  (let ((host (codex-sessions--get 'host session))
        (name (codex-sessions--get 'fullName session)))
    (if (and host (not (string-prefix-p (concat host "/") name)))
        (concat host "/" name)
      name)))

(defun codex-sessions--title (address)
  "Return PROJECT:NAME, for people, of a session's ADDRESS."
  (codex-sessions--safe
   (if (string-match "\\`\\(\\(?:[^/:]*/\\)?\\)codex:\\(\\(?:.\\|\n\\)*\\):[0-9a-f]\\{8\\}\\'" address)
       (concat (match-string 1 address) (match-string 2 address))
     address)))

(defun codex-sessions--running-p (session)
  "Whether SESSION is running."
  (equal (codex-sessions--get 'state session) "running"))

(defun codex-sessions--busy-p (session)
  "Whether SESSION is in a turn, which would be lost."
  (and (codex-sessions--running-p session)
       (member (codex-sessions--get 'status session) '("working" "blocked"))))

(defun codex-sessions--need (session)
  "Return what SESSION needs: a symbol such as `blocked', or nil if it has ended."
  (let ((status (codex-sessions--get 'status session)))
    (cond ((not (codex-sessions--running-p session)) nil)
          ((and (equal status "starting")
                (equal (codex-sessions--get 'statusReason session) "question"))
           'blocked)
          ((and (equal status "error") (codex-sessions--get 'seen session)) 'idle)
          (t (intern (or status "unknown"))))))

(defconst codex-sessions--needs '(blocked error done working)
  "What sessions need, the most urgent first; others come after these.")

(defun codex-sessions--urgency (session)
  "Return a number for SESSION: the lowest comes first."
  (if (not (codex-sessions--running-p session)) 9
    (or (seq-position codex-sessions--needs (codex-sessions--need session)) 8)))

(defun codex-sessions--before-p (a b)
  "Whether session A comes before B: the most urgent first, then by name."
  (let ((x (codex-sessions--urgency a))
        (y (codex-sessions--urgency b)))
    (if (= x y)
        (string< (codex-sessions--address a) (codex-sessions--address b))
      (< x y))))

(defun codex-sessions--sort (sessions)
  "Return SESSIONS in the order in which people need them."
  (sort (copy-sequence sessions) #'codex-sessions--before-p))

(defun codex-sessions--listed-p (session)
  "Whether SESSION is listed without --all: unless it was ended on purpose."
  (or (not (equal (codex-sessions--get 'state session) "exited"))
      (and (equal (codex-sessions--get 'endedBy session) "exit")
           (not (eql 0 (alist-get 'code (codex-sessions--get 'exit session)))))))

(defun codex-sessions--since (time)
  "Return how long ago TIME was, as `3s', `5m', `2h' or `4d'."
  (let ((past (and time (ignore-errors
                          (max 0 (floor (float-time
                                         (time-since (encode-time (iso8601-parse time))))))))))
    (cond ((null past) "-")
          ((< past 60) (format "%ds" past))
          ((< past 3600) (format "%dm" (/ past 60)))
          ((< past 172800) (format "%dh" (/ past 3600)))
          (t (format "%dd" (/ past 86400))))))

(defun codex-sessions--state (session)
  "Return in words what SESSION does, and since when."
  (let-alist session
    (cond ((codex-sessions--running-p session)
           (string-join
            (delq nil (list (or .status "running") .statusReason
                            (and .statusSince
                                 (codex-sessions--since
                                  (or (and (equal .status "working") .turnSince) .statusSince)))
                            (and .outdated "(old Codex)")))
            " "))
          ((or (equal .state "lost") (equal .endedBy "killed"))
           (format "%s %s ago%s" (if (equal .state "lost") "lost" "killed")
                   (codex-sessions--since .endedAt) (if .resumable ", resumable" "")))
          (t (format "exited %s" (or .exit.signal .exit.code ""))))))

(defconst codex-sessions--in-title
  (rx bos (or (seq (opt "[ " (any "!.") " ] ") (or "Starting" "Ready" "Working" "Action Required"))
              (seq (= 8 hex) "-" (= 4 hex) "-" (* (any hex "-")) (opt (or "..." "…"))))
      eos)
  "What a title says that other columns say: Codex's state, a conversation's id.")

(defun codex-sessions--topic (session)
  "Return what SESSION asks, or else is about."
  (let-alist session
    (if (and .statusMessage (memq (codex-sessions--need session) '(blocked error)))
        (codex-sessions--safe .statusMessage)
      (let ((known (list .project (file-name-nondirectory (or .cwd ""))))
            (parts (split-string (or .title "") " | " t "[ \u2800-\u28ff]+")))
        (codex-sessions--safe
         (string-join (seq-remove (lambda (part)
                                    (or (member part known)
                                        (string-match-p codex-sessions--in-title part)))
                                  parts)
                      " | "))))))

;;; Projects, and directories of other machines

(defun codex-sessions--project-directory ()
  "Return the directory of the current project, or else the current one.
Signal a `user-error' if it is gone: another one is another project."
  (let* ((project (project-current))
         (directory (file-name-as-directory
                     (expand-file-name (if project (project-root project) default-directory)))))
    (unless (or (file-remote-p directory) (file-accessible-directory-p directory))
      (user-error "There is no directory %s" directory))
    directory))

(defconst codex-sessions--ssh-methods '("ssh" "sshx" "scp" "scpx" "rsync" "sftp" "sshfs")
  "The methods of TRAMP that reach a machine as ssh does.")

(defun codex-sessions--host (directory)
  "Return the name that ssh has for the machine of DIRECTORY, or nil for this one.
Signal a `user-error' if no ssh could reach it."
  (when-let ((remote (file-remote-p directory)))
    (let ((method (file-remote-p directory 'method))
          (user (file-remote-p directory 'user))
          (host (file-remote-p directory 'host)))
      (when (or (not (member method codex-sessions--ssh-methods))
                (string-search "|" remote)
                (string-match-p "#" host))
        (user-error "Sessions are here, or where `ssh HOST' reaches, not in %s" remote))
      (if user (concat user "@" host) host))))

(defun codex-sessions--there (host name)
  "Return the name for commands of the session NAME of HOST (nil: of this machine)."
  (when (string-prefix-p "-" name) (user-error "A name begins with a letter or a digit"))
  (if host (concat host "/" name) name))

(provide 'codex-sessions-data)
;;; codex-sessions-data.el ends here
