;;; codex-sessions.el --- Come back to running sessions of OpenAI's Codex  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors

;; Author: The codex-sessions authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: processes, terminals, tools
;; URL: https://www.npmjs.com/package/codex-sessions
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; One session of Codex for each project, and named ones beside it.  Sessions
;; are held by the command `codex-sessions', which must be installed; a buffer
;; is only a terminal that is attached to one.  Kill the buffer, or Emacs, and
;; the session goes on.
;;
;; `codex-sessions-start' starts this project's session or comes back to it,
;; `codex-sessions-switch' goes to any, `codex-sessions-list' shows all of them
;; live.  All commands are in `codex-sessions-map', for a key of your own:
;;
;;   (global-set-key (kbd "C-c x") codex-sessions-map)

;;; Code:

(require 'codex-sessions-buffer)
(require 'codex-sessions-choose)
(require 'codex-sessions-mode-line)
(require 'codex-sessions-send)

(autoload 'codex-sessions-list "codex-sessions-list"
  "Show all sessions in a list that follows their changes." t)

;;; Starting and switching

(defun codex-sessions--region ()
  "Return the text of the active region, or nil."
  (and (use-region-p) (buffer-substring-no-properties (region-beginning) (region-end))))

(defun codex-sessions--open (session)
  "Show SESSION; one that has ended is started again, with its conversation."
  (let ((address (codex-sessions--address session))
        (directory (or (codex-sessions--get 'cwd session) "~")))
    (if (codex-sessions--running-p session)
        (codex-sessions-attach address directory)
      (codex-sessions--begin address directory))))

(defun codex-sessions--read-start ()
  "Ask for the arguments of `codex-sessions-start'."
  (let* ((directory (codex-sessions--project-directory))
         (host (codex-sessions--host directory))
         (name (and current-prefix-arg
                    (completing-read
                     (format-prompt "Session name" "main")
                     (mapcar (apply-partially #'codex-sessions--get 'name)
                             (codex-sessions--of-project host directory))
                     nil nil nil nil "main")))
         (region (codex-sessions--region))
         (along (and region (y-or-n-p "Send the region along? ") region)))
    (list name (if (> (prefix-numeric-value current-prefix-arg) 4)
                   (read-string "Prompt: " along)
                 along))))

;;;###autoload
(defun codex-sessions-start (&optional name prompt)
  "Start this project's session NAME (`main'), or come back to it, and show it.
With a prefix argument ask for NAME, with two also for PROMPT, which is
sent along.  While the region is active, ask whether to send that."
  (interactive (codex-sessions--read-start))
  (let* ((directory (codex-sessions--project-directory))
         (host (codex-sessions--host directory)))
    (codex-sessions--begin
     (codex-sessions--there host (or name "main")) directory
     (and prompt (not (string-blank-p prompt))
          (lambda (address) (codex-sessions--send address prompt)))
     (and host (list "-C" (file-local-name directory))))))

;;;###autoload
(defun codex-sessions-start-named ()
  "Ask for a name; start this project's session of that name, or come back to it.
For terminals in which a prefix argument is Codex's."
  (interactive)
  (let ((current-prefix-arg '(4)))
    (call-interactively #'codex-sessions-start)))

;;;###autoload
(defun codex-sessions-switch (&optional ended)
  "Choose a session of any project, those who need you first, and show it.
With a prefix argument ENDED, also of those that were ended on purpose."
  (interactive "P")
  (codex-sessions--open
   (codex-sessions--choose "Session" (codex-sessions--all (codex-sessions--host default-directory) ended))))

;;;###autoload
(defun codex-sessions-next ()
  "Show the next session that needs you: it asks, has failed, or is done."
  (interactive)
  (let* ((all (codex-sessions--sort (codex-sessions--all (codex-sessions--host default-directory))))
         (needy (seq-filter (lambda (session)
                              (memq (codex-sessions--need session) '(blocked error done)))
                            all))
         (at (seq-position needy codex-sessions--name
                           (lambda (session name)
                             (equal (codex-sessions--address session) name))))
         (next (if at (nth (mod (1+ at) (length needy)) needy) (car needy))))
    (if next (codex-sessions--open next)
      (message "No session needs you"))))

;;; Killing

(defun codex-sessions--agree (verb sessions)
  "Ask whether to VERB SESSIONS if a turn would be lost, or they are several."
  (let ((busy (seq-filter #'codex-sessions--busy-p sessions))
        (title (lambda (session)
                 (codex-sessions--title (codex-sessions--address session)))))
    (cond ((cdr sessions)
           (yes-or-no-p (format "%s these %d sessions%s? " verb (length sessions)
                                (if busy (concat ", of which are busy: "
                                                 (mapconcat title busy ", "))
                                  ""))))
          (busy (yes-or-no-p (format "%s is %s, and its turn would be lost.  %s this session? "
                                     (funcall title (car busy))
                                     (codex-sessions--get 'status (car busy)) verb)))
          (t t))))

(defun codex-sessions--kill (sessions)
  "Kill SESSIONS and their buffers."
  (let ((addresses (mapcar #'codex-sessions--address sessions)))
    (codex-sessions--run (append '("kill" "-y") addresses)
                         :then (lambda (_output) (codex-sessions--bury addresses)))))

(defun codex-sessions--ask-and-kill (sessions)
  "Kill SESSIONS, after the question of the command."
  (when (codex-sessions--agree "Kill" sessions) (codex-sessions--kill sessions)))

(defun codex-sessions--bury (addresses)
  "Kill the buffers of the sessions ADDRESSES, which are killed."
  (let ((codex-sessions--spare t))
    (mapc #'kill-buffer (delq nil (mapcar #'codex-sessions--buffer addresses)))))

;;;###autoload
(defun codex-sessions-kill ()
  "Choose a session and kill it; ask first if a turn would be lost.
Its conversation is kept: starting the session again goes on with it."
  (interactive)
  (codex-sessions--ask-and-kill
   (list (codex-sessions--choose "Kill session" (codex-sessions--all (codex-sessions--host default-directory))))))

;;;###autoload
(defun codex-sessions-kill-all (&optional here)
  "Kill all sessions; ask first if a turn would be lost.
With a prefix argument HERE only those of this project."
  (interactive "P")
  (let* ((host (codex-sessions--host default-directory))
         (all (if here (codex-sessions--of-project host (codex-sessions--project-directory))
                (codex-sessions--all host)))
         (running (seq-filter #'codex-sessions--running-p all)))
    (cond ((null running) (message "No session is running"))
          ((seq-some #'codex-sessions--busy-p running) (codex-sessions--ask-and-kill running))
          (t (codex-sessions--kill running)))))

;;; Answering and reading

(defun codex-sessions--question (address)
  "Return what the session ADDRESS asks."
  (let ((args (list "answer" address "--json")))
    (codex-sessions--read (codex-sessions--check (codex-sessions--wait args) args))))

(defun codex-sessions--show-question (question)
  "Show QUESTION in a buffer, and return that."
  (with-current-buffer (get-buffer-create "*codex question*")
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert (mapconcat #'codex-sessions--safe (codex-sessions--get 'text question) "\n"))
      (goto-char (point-min)))
    (special-mode)
    (display-buffer (current-buffer))
    (current-buffer)))

(defun codex-sessions--this-or-chosen (prompt &optional ended)
  "Return the address of this buffer's session, else of one chosen at PROMPT.
With ENDED also of those that have ended."
  (or codex-sessions--name
      (codex-sessions--address
       (codex-sessions--choose
        prompt (codex-sessions--all (codex-sessions--host default-directory) ended)))))

(defun codex-sessions--choices (question)
  "Return an alist of the answers to QUESTION and the keys that give them."
  (mapcar (lambda (choice)
            (let-alist choice
              (let ((key (or .key (number-to-string .number))))
                (cons (codex-sessions--safe (format "%s  %s" key .label)) key))))
          (codex-sessions--get 'choices question)))

;;;###autoload
(defun codex-sessions-answer (&optional address)
  "Answer what the session ADDRESS asks: that of this buffer, or a chosen one."
  (interactive)
  (let* ((address (or address (codex-sessions--this-or-chosen "Answer")))
         (question (codex-sessions--question address))
         (choices (codex-sessions--choices question))
         (buffer (codex-sessions--show-question question)))
    (unwind-protect
        (if (null choices)
            (user-error "This can be answered in the session only: attach to it")
          ;; The answer is for the question that was shown: any other is refused.
          (codex-sessions--run
           (list "answer" address
                 (cdr (assoc (completing-read "Answer: " (codex-sessions--in-order choices) nil t)
                             choices))
                 "--for" (codex-sessions--get 'fingerprint question))))
      (quit-windows-on buffer t))))

(defvar-local codex-sessions--logged nil
  "What names the session whose conversation this buffer shows.")

;;;###autoload
(defun codex-sessions-log (&optional address)
  "Show the conversation of the session ADDRESS: of this buffer, or a chosen one."
  (interactive)
  (let* ((address (or address (codex-sessions--this-or-chosen "Log of" t)))
         (buffer (get-buffer-create (format "*codex-log:%s*" (codex-sessions--title address)))))
    (with-current-buffer buffer
      (special-mode)
      (setq codex-sessions--logged address)
      (setq-local revert-buffer-function #'codex-sessions--read-log)
      (codex-sessions--read-log))
    (pop-to-buffer buffer)))

(defun codex-sessions--read-log (&rest _)
  "Read the conversation of the current buffer, as it is now."
  (let ((buffer (current-buffer)))
    (codex-sessions--run
     (list "log" "--seen" codex-sessions--logged)
     :then (lambda (output)
             (when (buffer-live-p buffer)
               (with-current-buffer buffer
                 (let ((inhibit-read-only t))
                   (erase-buffer)
                   (insert output))))))))

;;; Keys

;;;###autoload (autoload 'codex-sessions-map "codex-sessions" nil nil 'keymap)
(defvar codex-sessions-map
  (let ((map (make-sparse-keymap)))
    (define-key map "s" #'codex-sessions-start)
    (define-key map "S" #'codex-sessions-start-named)
    (define-key map "b" #'codex-sessions-switch)
    (define-key map "n" #'codex-sessions-next)
    (define-key map "l" #'codex-sessions-list)
    (define-key map "k" #'codex-sessions-kill)
    (define-key map "K" #'codex-sessions-kill-all)
    (define-key map "p" #'codex-sessions-send-prompt)
    (define-key map "r" #'codex-sessions-send-region)
    (define-key map "d" #'codex-sessions-send-defun)
    (define-key map "e" #'codex-sessions-fix-error-at-point)
    (define-key map "a" #'codex-sessions-answer)
    (define-key map "c" #'codex-sessions-log)
    map)
  "The commands, to be bound to a prefix key.")
(fset 'codex-sessions-map codex-sessions-map)

(provide 'codex-sessions)
;;; codex-sessions.el ends here
