;;; support.el --- What the tests of the Emacs package share  -*- lexical-binding: t; -*-

;;; Code:

(require 'cl-lib)
(require 'ert)
(require 'seq)
(require 'subr-x)
(require 'codex-sessions)
(require 'codex-sessions-list)
(require 'my-codex-sessions)

(defconst test-wait-seconds
  (/ (string-to-number (or (getenv "CODEX_SESSIONS_TEST_WAIT_MS") "60000")) 1000.0)
  "So long any wait may take; only a failing test waits as long.")

;; Lists are drawn because something has happened, and not because time has passed.
(setq codex-sessions-list--redraw-seconds 3600)

(defun test-until (condition what)
  "Wait until CONDITION returns non-nil, and return that; WHAT says what that means."
  (let ((end (+ (float-time) test-wait-seconds))
        (met nil))
    (while (not (or (setq met (funcall condition)) (> (float-time) end)))
      (accept-process-output nil 0.02))
    (or met (ert-fail (format "waited for %s; messages:\n%s" what (test-messages))))))

(defmacro test-await (&rest body)
  "Wait until the last form of BODY is non-nil, and return that."
  `(test-until (lambda () ,@body) ',(car (last body))))

(defvar test--messages nil "What was said, the last first.")

(defun test-messages ()
  "Return what was said."
  (string-join (reverse test--messages) "\n"))

(defun test--note (format &rest args)
  "Note what `message' says with FORMAT and ARGS."
  (when format (push (apply #'format format args) test--messages)))

(advice-add 'message :before #'test--note)

(defmacro test-said (regexp)
  "Wait until a message matches REGEXP, and return it."
  `(test-until (lambda () (seq-find (apply-partially #'string-match-p ,regexp) test--messages))
               (format "a message like %s" ,regexp)))

(defmacro test-answering (answers &rest body)
  "Run BODY; questions get ANSWERS, in turn.
A string is typed where text or a name is asked for, t and nil are yes and no."
  (declare (indent 1))
  `(let ((test--answers ,answers))
     (cl-letf (((symbol-function 'read-string) #'test--answer)
               ((symbol-function 'completing-read) #'test--complete)
               ((symbol-function 'yes-or-no-p) #'test--answer)
               ((symbol-function 'y-or-n-p) #'test--answer))
       (prog1 (progn ,@body)
         (when test--answers (ert-fail (format "nobody asked for %S" test--answers)))))))

(defvar test--answers nil "The answers that are left.")
(defvar test--questions nil "The questions, the last first.")

(defun test--answer (prompt &rest _)
  "Answer the question PROMPT."
  (push prompt test--questions)
  (unless test--answers (ert-fail (format "asked: %s" prompt)))
  (pop test--answers))

(defun test--complete (prompt collection &rest _)
  "Answer PROMPT by the one name of COLLECTION that has the answer in it."
  (let* ((answer (test--answer prompt))
         (all (all-completions "" collection))
         (fits (seq-filter (lambda (one) (string-search answer one)) all)))
    (cond ((member answer all) answer)
          ((= 1 (length fits)) (car fits))
          (t (ert-fail (format "%s is not one of %S" answer all))))))

(defmacro test-in-directory (directory &rest body)
  "Run BODY in a buffer of DIRECTORY."
  (declare (indent 1))
  `(with-temp-buffer
     (setq default-directory (file-name-as-directory ,directory))
     ,@body))

(defun test-fake (script)
  "Return a program in place of the command that is the shell SCRIPT."
  (let ((file (make-temp-file "codex-sessions-fake-" nil nil (concat "#!/bin/sh\n" script "\n"))))
    (set-file-modes file #o755)
    file))

(defmacro test-with-fake (script &rest body)
  "Run BODY with the shell SCRIPT in place of the command."
  (declare (indent 1))
  `(let* ((codex-sessions-program (test-fake ,script))
          (test--messages nil))
     (unwind-protect (progn ,@body)
       (delete-file codex-sessions-program))))

(provide 'support)
;;; support.el ends here
