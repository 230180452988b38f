;;; codex-sessions-buffer.el --- Buffers that show a session  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A buffer is a terminal in which `codex-sessions attach' runs.  It goes with
;; Emacs, or when it is killed; the session goes on.

;;; Code:

(require 'codex-sessions-events)
(require 'codex-sessions-vt)

(defcustom codex-sessions-terminal nil
  "The terminal that shows sessions; nil: the first of these that is installed."
  :type '(choice (const :tag "The first that is installed" nil)
                 (const vterm) (const eat) (const ghostel) (const term))
  :group 'codex-sessions)

(defcustom codex-sessions-kill-buffer-action 'detach
  "What becomes of the session when its buffer is killed.
Leaving Emacs detaches, whatever this says."
  :type '(choice (const :tag "It goes on" detach)
                 (const :tag "It is killed" kill)
                 (const :tag "Ask whether to kill it" ask))
  :group 'codex-sessions)

(defvar-local codex-sessions--name nil
  "What names the session that this buffer shows.")
(put 'codex-sessions--name 'permanent-local t)

(defvar-local codex-sessions--again nil
  "Non-nil: when the session is restarted, this buffer shows it again.")
(put 'codex-sessions--again 'permanent-local t)

(defvar vterm-shell)
(defvar vterm-eval-cmds)
(defvar vterm-min-window-width)
(defvar vterm-buffer-name-string)
(defvar vterm-exit-functions)
(defvar vterm-kill-buffer-on-exit)
(defvar eat-kill-buffer-on-exit)
(defvar ghostel-kill-buffer-on-exit)
(defvar ghostel-buffer-name-function)
(defvar term-command-function)
(defvar desktop-buffer-major-mode)
(defvar desktop-buffer-mode-handlers)
(declare-function vterm-mode "ext:vterm")
(declare-function eat-mode "ext:eat")
(declare-function eat-exec "ext:eat")
(declare-function ghostel-exec "ext:ghostel")
(declare-function term-mode "term")
(declare-function term-exec "term")
(declare-function term-char-mode "term")
(declare-function term-emulate-terminal "term")
(declare-function term-send-raw-string "term")

;;; Which buffer

(defun codex-sessions--buffer-name (address)
  "Return the name of the buffer for the session ADDRESS."
  (format "*%s*" (codex-sessions--safe address)))

(defun codex-sessions-buffers ()
  "Return the buffers that show a session, the most recently used first."
  (seq-filter (lambda (buffer) (buffer-local-value 'codex-sessions--name buffer))
              (buffer-list)))

(defun codex-sessions--buffer (address)
  "Return the buffer of the session ADDRESS, or nil."
  (seq-find (lambda (buffer)
              (equal address (buffer-local-value 'codex-sessions--name buffer)))
            (codex-sessions-buffers)))

(defun codex-sessions--attached-p (buffer)
  "Whether BUFFER is attached to its session now."
  (and buffer (process-live-p (get-buffer-process buffer))))

(defun codex-sessions--any-attached-p ()
  "Whether a buffer is attached to a session, whose name may change."
  (seq-some #'codex-sessions--attached-p (codex-sessions-buffers)))

(defun codex-sessions--renamed (before after)
  "The session that was called BEFORE is called AFTER."
  (when-let ((buffer (codex-sessions--buffer before)))
    (with-current-buffer buffer
      (setq codex-sessions--name after)
      (rename-buffer (codex-sessions--buffer-name after) t))))

(add-hook 'codex-sessions-need-functions #'codex-sessions--any-attached-p)
(add-hook 'codex-sessions-renamed-functions #'codex-sessions--renamed)

;;; Attaching

(defun codex-sessions-attach (address &optional directory)
  "Show the session ADDRESS in its buffer, whose directory is DIRECTORY.
One that is attached already is shown.  Return the buffer."
  (let ((buffer (codex-sessions--buffer address)))
    (if (codex-sessions--attached-p buffer)
        (codex-sessions--show buffer)
      (let ((new (codex-sessions--new-buffer address directory)))
        (codex-sessions--show new)
        (when buffer (codex-sessions--replace buffer new))
        (codex-sessions--connect new address)))))

(defun codex-sessions--new-buffer (address directory)
  "Return a new buffer for the session ADDRESS; its directory is DIRECTORY."
  (let ((buffer (generate-new-buffer (codex-sessions--buffer-name address))))
    (with-current-buffer buffer
      (setq default-directory (codex-sessions--local-directory (or directory "~"))))
    buffer))

(defun codex-sessions--show (buffer)
  "Show BUFFER and return it.  Whoever types in the minibuffer stays there."
  (if (active-minibuffer-window)
      (display-buffer buffer)
    (pop-to-buffer buffer '((display-buffer-reuse-window display-buffer-same-window))))
  buffer)

(defun codex-sessions--replace (old new)
  "Show the buffer NEW wherever OLD is shown, which is killed."
  (dolist (window (get-buffer-window-list old nil t))
    (set-window-buffer window new))
  (let ((name (buffer-name old)))
    (kill-buffer old)
    (with-current-buffer new (rename-buffer name t))))

(defun codex-sessions--connect (buffer address)
  "Attach BUFFER to the session ADDRESS, and return it."
  (let ((window (get-buffer-window buffer t)))
    (condition-case problem
        (if window
            ;; Terminals begin with the size of the selected window.
            (with-selected-window window (codex-sessions--connect-here address))
          (with-current-buffer buffer (codex-sessions--connect-here address)))
      (error (kill-buffer buffer)
             (signal (car problem) (cdr problem)))))
  (codex-sessions-follow)
  buffer)

(defun codex-sessions--connect-here (address)
  "Attach the current buffer to the session ADDRESS."
  (let ((process (codex-sessions--terminal-process
                  (codex-sessions--command (list "attach" address "--nest")))))
    (set-process-query-on-exit-flag process nil)
    (add-function :after (process-sentinel process) #'codex-sessions--left)
    (setq codex-sessions--name address)
    (rename-buffer (codex-sessions--buffer-name address) t)
    (codex-sessions-buffer-mode)))

(defun codex-sessions--left (process _event)
  "PROCESS, which was attached to a session, has ended."
  (let ((buffer (process-buffer process)))
    (when (and (not (process-live-p process)) (buffer-live-p buffer))
      (with-current-buffer buffer
        (codex-sessions-unfollow)
        (cond (codex-sessions--again nil)
              ((eql 0 (process-exit-status process)) (kill-buffer buffer))
              (t (codex-sessions--keep-ended)))))))

(defun codex-sessions--keep-ended ()
  "Leave what the session has written last in the current buffer, to be read."
  (codex-sessions-buffer-mode -1)
  (codex-sessions-ended-mode)
  (message "%s is no longer attached: g starts it again, q closes the buffer"
           (codex-sessions--title codex-sessions--name)))

(defun codex-sessions--restart (address)
  "Restart the session ADDRESS, and show it again where it is shown."
  (let ((buffer (codex-sessions--buffer address)))
    (when (codex-sessions--attached-p buffer)
      (with-current-buffer buffer (setq codex-sessions--again t)))
    (codex-sessions--run (list "restart" "-y" address)
                         :then (lambda (_output) (codex-sessions--attach-again address))
                         :failed (lambda () (codex-sessions--not-again address)))))

(defun codex-sessions--attach-again (address)
  "Show the session ADDRESS, which was restarted, where it was shown before."
  (let ((old (codex-sessions--buffer address)))
    (when (and old (buffer-local-value 'codex-sessions--again old))
      (let ((new (codex-sessions--new-buffer
                  address (buffer-local-value 'default-directory old))))
        (codex-sessions--replace old new)
        (codex-sessions--connect new address)))))

(defun codex-sessions--not-again (address)
  "The session ADDRESS was to be restarted, and that has failed."
  (when-let ((buffer (codex-sessions--buffer address)))
    (with-current-buffer buffer
      (setq codex-sessions--again nil)
      (unless (codex-sessions--attached-p buffer) (codex-sessions--keep-ended)))))

;;; Terminals

(defconst codex-sessions--terminals
  '((vterm . codex-sessions--vterm)
    (eat . codex-sessions--eat)
    (ghostel . codex-sessions--ghostel)
    (term . codex-sessions--term))
  "The terminals that can show a session, the best first.
Each function runs a command in the current buffer, and returns its process.")

(defun codex-sessions--terminal-process (command)
  "Run COMMAND in a terminal in the current buffer, and return its process."
  (let ((terminal (codex-sessions--terminal)))
    (funcall (alist-get terminal codex-sessions--terminals) command)
    (get-buffer-process (current-buffer))))

(defun codex-sessions--terminal ()
  "Return the terminal to use, which is loaded then."
  (let ((wanted codex-sessions-terminal))
    (or (if wanted
            (and (assq wanted codex-sessions--terminals) (codex-sessions--loads-p wanted) wanted)
          (seq-find #'codex-sessions--loads-p (mapcar #'car codex-sessions--terminals)))
        (user-error "The terminal %s cannot be loaded: install it, or set `codex-sessions-terminal'"
                    wanted))))

(defun codex-sessions--loads-p (feature)
  "Load FEATURE, and return whether it is there."
  (and (locate-library (symbol-name feature))
       (condition-case nil (require feature) (error nil))))

(defun codex-sessions--vterm (command)
  "Run COMMAND by `vterm' in the current buffer."
  (let ((vterm-shell (mapconcat #'shell-quote-argument command " "))
        (vterm-exit-functions nil)
        (vterm-kill-buffer-on-exit nil))
    (vterm-mode))
  ;; Without a sentinel, Emacs would write into the buffer that the process has ended.
  (set-process-sentinel (get-buffer-process (current-buffer)) #'ignore)
  ;; A session may not call functions of Emacs, and its title does not name the buffer.
  (setq-local vterm-eval-cmds nil
              vterm-buffer-name-string nil
              vterm-min-window-width 20))

(defun codex-sessions--eat (command)
  "Run COMMAND by `eat' in the current buffer."
  (eat-mode)
  (setq-local eat-kill-buffer-on-exit nil)
  (eat-exec (current-buffer) "codex-sessions" (car command) nil (cdr command)))

(defun codex-sessions--ghostel (command)
  "Run COMMAND by `ghostel' in the current buffer."
  (ghostel-exec (current-buffer) (car command) (cdr command))
  (setq-local ghostel-kill-buffer-on-exit nil
              ghostel-buffer-name-function nil))

(defun codex-sessions--term (command)
  "Run COMMAND by `term' in the current buffer."
  (term-mode)
  (term-exec (current-buffer) "codex-sessions" (car command) nil (cdr command))
  (term-char-mode)
  (setq-local term-command-function #'ignore)
  (let ((state (make-codex-sessions-vt)))
    (set-process-filter
     (get-buffer-process (current-buffer))
     (lambda (process output)
       (term-emulate-terminal process (codex-sessions-vt-translate state output))))))

(defun codex-sessions-term-paste (event)
  "Paste the text of EVENT, or else the last kill, into a session in `term'.
Codex is told that it is a paste: else each line would be a prompt."
  (interactive (list last-command-event))
  (let ((text (cond ((eq (car-safe event) 'xterm-paste) (nth 1 event))
                    ((mouse-event-p event) (gui-get-primary-selection))
                    (t (current-kill 0)))))
    (term-send-raw-string (concat "\e[200~" (string-replace "\e" "" text) "\e[201~"))))

;;; In a buffer

(defvar codex-sessions-buffer-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-\\") #'codex-sessions-detach)
    (define-key map (kbd "C-^") 'codex-sessions-switch)
    (dolist (paste '(term-paste term-mouse-paste term--xterm-paste))
      (define-key map (vector 'remap paste) #'codex-sessions-term-paste))
    map)
  "Keys in a buffer that shows a session; all others go to Codex, or the terminal.")

(define-minor-mode codex-sessions-buffer-mode
  "The current buffer shows a session.
\\{codex-sessions-buffer-mode-map}"
  :interactive nil
  (when codex-sessions-buffer-mode
    (add-hook 'kill-buffer-query-functions #'codex-sessions--before-killing nil t)
    (add-hook 'kill-buffer-hook #'codex-sessions--buffer-killed nil t)
    (setq-local bookmark-make-record-function #'codex-sessions--bookmark
                desktop-save-buffer (lambda (_directory) codex-sessions--name))))

(defvar codex-sessions-ended-mode-map
  (let ((map (make-sparse-keymap)))
    (suppress-keymap map)
    (define-key map (kbd "q") #'kill-current-buffer)
    (define-key map (kbd "g") #'codex-sessions-revive)
    (define-key map (kbd "C-^") 'codex-sessions-switch)
    map)
  "Keys in a buffer whose session has ended, or could not be attached to.")

(define-minor-mode codex-sessions-ended-mode
  "The current buffer shows what a session left behind.
\\{codex-sessions-ended-mode-map}"
  :interactive nil
  :lighter " Ended")

(defvar codex-sessions--spare nil
  "Non-nil: a buffer that is killed only detaches.")

(defvar-local codex-sessions--doomed nil
  "Non-nil: the session is killed with this buffer.")

(defun codex-sessions-detach ()
  "Leave the session of this buffer, without ending it."
  (interactive)
  (let ((codex-sessions--spare t))
    (kill-buffer)))

(defun codex-sessions-revive ()
  "Start the session of this buffer again, with its conversation."
  (interactive)
  (codex-sessions--begin codex-sessions--name default-directory))

(defun codex-sessions--size-variables ()
  "Return the variables that say how large a new session will be shown.
Codex may stop for two seconds when it is resized while it starts."
  (let ((window (or (minibuffer-selected-window) (selected-window))))
    (list (format "COLUMNS=%d" (window-max-chars-per-line window))
          (format "LINES=%d" (window-body-height window)))))

(defun codex-sessions--begin (name directory &optional then flags)
  "Start the session NAME in DIRECTORY in the background, with FLAGS, and show it.
One that runs is shown.  Then call THEN with what names it."
  (let ((default-directory (codex-sessions--local-directory directory))
        (process-environment (append (codex-sessions--size-variables) process-environment)))
    (codex-sessions--run
     (append (list "start" "-d" name) flags)
     :then (lambda (output)
             (let ((address (string-remove-suffix "\n" output)))
               (codex-sessions-attach address directory)
               (when then (funcall then address)))))))

(defun codex-sessions--before-killing ()
  "Find out whether the session is to be killed with its buffer; return t."
  (setq codex-sessions--doomed
        (and (not codex-sessions--spare)
             (codex-sessions--attached-p (current-buffer))
             (pcase codex-sessions-kill-buffer-action
               ('kill t)
               ('ask (yes-or-no-p (format "Kill the session %s too? "
                                          (codex-sessions--title codex-sessions--name)))))))
  t)

(defun codex-sessions--buffer-killed ()
  "Kill the session of this buffer, which is about to be killed, if it is wanted."
  (when codex-sessions--doomed
    (codex-sessions--run (list "kill" "-y" codex-sessions--name)))
  (codex-sessions-unfollow))

;;; Bookmarks and desktops

(defun codex-sessions--bookmark ()
  "Return a bookmark of the session in the current buffer."
  `(,(codex-sessions--title codex-sessions--name)
    (codex-session . ,codex-sessions--name)
    (directory . ,default-directory)
    (handler . codex-sessions-bookmark-jump)))

;;;###autoload
(defun codex-sessions-bookmark-jump (bookmark)
  "Attach to the session of BOOKMARK."
  (let ((fields (if (stringp (car bookmark)) (cdr bookmark) bookmark)))
    (set-buffer (codex-sessions-attach (alist-get 'codex-session fields)
                                       (alist-get 'directory fields)))))

;;;###autoload
(defun codex-sessions-desktop-restore (file name saved)
  "Attach to the session SAVED by `desktop', and return its buffer.
Any other buffer of a terminal, called NAME with FILE, is left to who saved it."
  (if (and (stringp saved) (string-match-p "\\`\\(?:[^:/]+/\\)?codex:" saved))
      (codex-sessions--connect (codex-sessions--new-buffer saved default-directory) saved)
    (when-let ((other (seq-find (lambda (handler)
                                  (and (eq (car handler) desktop-buffer-major-mode)
                                       (not (eq (cdr handler) #'codex-sessions-desktop-restore))))
                                desktop-buffer-mode-handlers)))
      (funcall (cdr other) file name saved))))

;;;###autoload
(dolist (mode '(vterm-mode eat-mode ghostel-mode term-mode))
  (add-to-list 'desktop-buffer-mode-handlers (cons mode 'codex-sessions-desktop-restore)))

(provide 'codex-sessions-buffer)
;;; codex-sessions-buffer.el ends here
