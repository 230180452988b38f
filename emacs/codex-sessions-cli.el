;;; codex-sessions-cli.el --- Calls of the command codex-sessions  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Everything that Emacs knows about sessions comes from the command
;; `codex-sessions', which runs in the background, or is waited for with a limit.

;;; Code:

(require 'cl-lib)
(require 'json)
(require 'subr-x)

(defgroup codex-sessions nil
  "Sessions of OpenAI's Codex that outlive Emacs."
  :group 'processes
  :prefix "codex-sessions-")

(defcustom codex-sessions-program "codex-sessions"
  "The command that Emacs calls.
A path, or a name that is looked up as those of all programs are."
  :type 'string)

(defconst codex-sessions--call-seconds 2
  "So long Emacs waits for the command at most, where it waits at all.")

(defconst codex-sessions--job-seconds 120
  "So long a command in the background may take: longer than any limit of its own.")

(defconst codex-sessions--errors-seconds 0.5
  "So long after its end what a command has written to standard error may take.")

;;; Calls

(cl-defstruct codex-sessions--result
  "How a command has ended: CODE is its exit code, or `late'."
  code output errors)

(defun codex-sessions--executable ()
  "Return the path of the command, or signal what is wrong."
  (or (if (file-name-directory codex-sessions-program)
          (let ((path (expand-file-name codex-sessions-program "~")))
            (and (file-executable-p path) (not (file-directory-p path)) path))
        (executable-find codex-sessions-program))
      (user-error "No command %s: install codex-sessions, or set `codex-sessions-program'"
                  codex-sessions-program)))

(defun codex-sessions--command (args)
  "Return the command line of the command with ARGS."
  (cons (codex-sessions--executable) args))

(defun codex-sessions--reading (file command)
  "Return the command line of COMMAND with FILE as its standard input."
  (append (list "/bin/sh" "-c" "exec \"$@\" <\"$0\"" file) command))

(defun codex-sessions--local-directory (directory)
  "Return DIRECTORY if a process can be started in it, else the home directory."
  (if (and (not (file-remote-p directory)) (file-accessible-directory-p directory))
      (file-name-as-directory (expand-file-name directory))
    (file-name-as-directory (expand-file-name "~"))))

(defun codex-sessions--input-file (text)
  "Write TEXT to a new file that only the user can read, and return its name.
A pipe would block Emacs once it is full."
  (let ((file (make-temp-file "codex-sessions-"))
        (coding-system-for-write 'utf-8-unix))
    (write-region text nil file nil 'silent)
    file))

(cl-defun codex-sessions--spawn (args then &key input seconds)
  "Run the command with ARGS in `default-directory', and return its process.
When it has ended, call THEN with its result.  INPUT is the text of its
standard input.  After SECONDS it is killed."
  (let* ((default-directory (codex-sessions--local-directory default-directory))
         (command (codex-sessions--command args))
         (file (and input (codex-sessions--input-file input)))
         (output (generate-new-buffer " *codex-sessions*" t))
         (process (codex-sessions--make-process
                   "codex-sessions" command file
                   (lambda (process errors)
                     (cancel-timer (process-get process 'timer))
                     (when file (delete-file file))
                     (funcall then (make-codex-sessions--result
                                    :code (if (process-get process 'late) 'late
                                            (process-exit-status process))
                                    :output (codex-sessions--take output) :errors errors)))
                   :buffer output)))
    (process-put process 'timer
                 (run-at-time (or seconds codex-sessions--job-seconds) nil
                              #'codex-sessions--too-late process))
    process))

(defun codex-sessions--make-process (name command input ended &rest more)
  "Return a process NAME of COMMAND, with the file INPUT as standard input.
When all is read, call ENDED with it and what it wrote to standard error.
MORE is for `make-process'."
  (let* ((settle (lambda (process) (codex-sessions--settle process ended)))
         (stderr (make-pipe-process
                  :name (concat name "-errors") :noquery t :coding 'utf-8-unix
                  :buffer (generate-new-buffer " *codex-sessions-errors*" t)
                  :sentinel (lambda (stderr _event)
                              (funcall settle (process-get stderr 'process)))))
         (process (apply #'make-process
                         (append more
                                 (list :name name :noquery t :stderr stderr
                                       :command (codex-sessions--reading
                                                 (or input null-device) command)
                                       :connection-type 'pipe :coding 'utf-8-unix
                                       :sentinel (lambda (process _event)
                                                   (funcall settle process)))))))
    (process-put process 'stderr stderr)
    (process-put stderr 'process process)
    process))

(defun codex-sessions--settle (process ended &optional anyway)
  "Call ENDED if PROCESS has ended, and all that it wrote is read, or ANYWAY.
What it has started itself may hold standard error open."
  (let ((stderr (process-get process 'stderr)))
    (cond ((or (process-live-p process) (process-get process 'told)) nil)
          ((and (process-live-p stderr) (not anyway))
           (unless (process-get process 'settling)
             (process-put process 'settling t)
             (run-at-time codex-sessions--errors-seconds nil
                          #'codex-sessions--settle process ended t)))
          (t (process-put process 'told t)
             (let ((buffer (process-buffer stderr)))
               (delete-process stderr)
               (funcall ended process (codex-sessions--take buffer)))))))

(defun codex-sessions--too-late (process)
  "Kill PROCESS, which has taken too long."
  (when (process-live-p process)
    (process-put process 'late t)
    (delete-process process)))

(defun codex-sessions--take (buffer)
  "Return the text of BUFFER, and kill it."
  (if (not (buffer-live-p buffer)) ""
    (prog1 (with-current-buffer buffer (buffer-string))
      (kill-buffer buffer))))

(defun codex-sessions--wait (args)
  "Run the command with ARGS and return its result, within two seconds."
  (let* ((result nil)
         (process (codex-sessions--spawn args (lambda (ended) (setq result ended))
                                         :seconds codex-sessions--call-seconds)))
    (unwind-protect
        (while (not result) (accept-process-output nil 0.05))
      (unless result (delete-process process)))
    result))

;;; What has gone wrong, and what has not

(defun codex-sessions--safe (text)
  "Return TEXT without what would break a line, or hide or reorder text."
  (replace-regexp-in-string
   "[[:cntrl:]\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
   (lambda (character) (format "\\u%04x" (aref character 0)))
   (or text "") t t))

(defun codex-sessions--problem (result args)
  "Return a line about why the command with ARGS failed with RESULT, or nil."
  (let ((code (codex-sessions--result-code result))
        (said (codex-sessions--said (codex-sessions--result-errors result))))
    (cond ((eql code 0) nil)
          ((eq code 'late) (format "codex-sessions %s gave no answer in time" (car args)))
          ((null said) (format "codex-sessions %s failed with code %s" (car args) code))
          ((string-match-p "\\`unknown \\(?:command\\|option\\)" said)
           (format "%s is older than this package: %s" codex-sessions-program said))
          (t said))))

(defun codex-sessions--said (errors)
  "Return in one line what went wrong and what to do, out of ERRORS."
  (let ((lines (split-string errors "\n" t "[ \t\r]+"))
        (own (string-match "^codex-sessions: \\(.*\\)\\(?:\n  \\(.*\\)\\)?" errors)))
    (cond (own (codex-sessions--safe
                (string-join (delq nil (list (match-string 1 errors) (match-string 2 errors)))
                             ". ")))
          (lines (codex-sessions--safe (car (last lines)))))))

(defun codex-sessions--check (result args)
  "Return the output of the command with ARGS, which ended with RESULT.
Signal a `user-error' if it has failed."
  (if-let ((problem (codex-sessions--problem result args)))
      (user-error "%s" problem)
    (codex-sessions--result-output result)))

(defun codex-sessions--read (text)
  "Return the JSON value in TEXT: objects as alists, arrays as lists.
Signal a `user-error' if it is something else."
  (condition-case nil
      (let ((json-object-type 'alist)
            (json-array-type 'list)
            (json-key-type 'symbol)
            (json-false nil)
            (json-null nil))
        (json-read-from-string text))
    (error (user-error "What %s prints is not JSON: is it codex-sessions?"
                       codex-sessions-program))))

(defvar codex-sessions--ran-hook nil
  "Run when a command has ended that may have changed something.")

(cl-defun codex-sessions--run (args &key input then failed)
  "Run the command with ARGS in the background, with INPUT.
When it has succeeded, say what it says and call THEN with its output; else
say what went wrong, and call FAILED."
  (codex-sessions--spawn
   args
   (lambda (result)
     (let ((problem (codex-sessions--problem result args))
           (said (split-string (codex-sessions--result-errors result) "\n" t)))
       (when (or problem said)
         (message "%s" (or problem (mapconcat #'codex-sessions--safe said "\n"))))
       (run-hooks 'codex-sessions--ran-hook)
       (cond (problem (when failed (funcall failed)))
             (then (funcall then (codex-sessions--result-output result))))))
   :input input))

(provide 'codex-sessions-cli)
;;; codex-sessions-cli.el ends here
