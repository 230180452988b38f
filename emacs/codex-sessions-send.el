;;; codex-sessions-send.el --- Prompts from any buffer  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Prompts go to the project's session, without showing it.

;;; Code:

(require 'codex-sessions-buffer)
(require 'codex-sessions-choose)
(require 'thingatpt)

(declare-function flymake-diagnostics "flymake")
(declare-function flymake-diagnostic-text "flymake")
(declare-function flycheck-overlay-errors-in "ext:flycheck")
(declare-function flycheck-error-message "ext:flycheck")

(defun codex-sessions--send (address text)
  "Send TEXT to the session ADDRESS as a prompt, in the background."
  (when (string-blank-p text) (user-error "There is nothing to send"))
  (codex-sessions--run
   (list "send" address)
   :input text
   :then (lambda (_output)
           (message "Sent to %s" (codex-sessions--title address)))))

(defun codex-sessions--target (choose)
  "Return what names the session to send to, or nil if the project has none.
That is the one that the current buffer shows, else the project's `main', else
the only other one; with CHOOSE, or if there are several, one that is asked for."
  (if (and codex-sessions--name (not choose)) codex-sessions--name
    (let* ((directory (codex-sessions--project-directory))
           (host (codex-sessions--host directory))
           (running (seq-filter #'codex-sessions--running-p
                                (if choose (codex-sessions--all host)
                                  (codex-sessions--of-project host directory))))
           (main (seq-find (lambda (session)
                             (equal (codex-sessions--get 'name session) "main"))
                           running)))
      (cond ((and main (not choose)) (codex-sessions--address main))
            ((or choose (cdr running))
             (codex-sessions--address (codex-sessions--choose "Send to" running)))
            (running (codex-sessions--address (car running)))))))

(defun codex-sessions--send-to-target (choose text)
  "Send TEXT to the project's session, with CHOOSE to one that is asked for.
If there is none, ask whether to start it."
  (if-let ((address (codex-sessions--target choose)))
      (codex-sessions--send address text)
    (let* ((directory (codex-sessions--project-directory))
           (host (codex-sessions--host directory)))
      (when (y-or-n-p (format "No session of %s runs.  Start one? "
                              (file-name-nondirectory (directory-file-name directory))))
        (let ((default-directory directory))
          (codex-sessions--run
           (append (list "start" "-d" (codex-sessions--there host "main"))
                   (and host (list "-C" (file-local-name directory))))
           :then (lambda (output)
                   (codex-sessions--send (string-remove-suffix "\n" output) text))))))))

(defun codex-sessions--place (beginning end)
  "Return a line that names BEGINNING to END in the current file, or nil."
  (when buffer-file-name
    (let ((first (line-number-at-pos beginning t))
          (last (line-number-at-pos (max beginning (1- end)) t)))
      (format "%s:%d%s"
              (file-relative-name (file-local-name buffer-file-name)
                                  (file-local-name (codex-sessions--project-directory)))
              first (if (= first last) "" (format "-%d" last))))))

(defun codex-sessions--quoted (beginning end)
  "Return the text from BEGINNING to END, with its place in a line above."
  (let ((text (buffer-substring-no-properties beginning end))
        (place (codex-sessions--place beginning end)))
    (if place (format "%s\n\n%s" place text) text)))

;;;###autoload
(defun codex-sessions-send-region (beginning end &optional choose)
  "Send the region from BEGINNING to END to the project's session, unseen.
Of a file, its name and the lines are sent before it.  With a prefix argument
CHOOSE ask for the session."
  (interactive "r\nP")
  (codex-sessions--send-to-target choose (codex-sessions--quoted beginning end)))

;;;###autoload
(defun codex-sessions-send-prompt (prompt &optional choose)
  "Send PROMPT to the project's session, without showing it.
While the region is active, that is sent below it.  With a prefix argument
CHOOSE ask for the session."
  (interactive (list (read-string "Prompt: ") current-prefix-arg))
  (codex-sessions--send-to-target
   choose
   (if (use-region-p)
       (format "%s\n\n%s" prompt (codex-sessions--quoted (region-beginning) (region-end)))
     prompt)))

;;;###autoload
(defun codex-sessions-send-defun (&optional choose)
  "Send the definition at point to the project's session, without showing it.
With a prefix argument CHOOSE ask for the session."
  (interactive "P")
  (let ((bounds (or (bounds-of-thing-at-point 'defun)
                    (user-error "There is no definition at point"))))
    (codex-sessions--send-to-target
     choose (codex-sessions--quoted (car bounds) (cdr bounds)))))

(defun codex-sessions--errors-at-point ()
  "Return what flymake, flycheck or a compilation say of the line at point."
  (let ((beginning (line-beginning-position))
        (end (line-end-position)))
    (delete-dups
     (cond ((derived-mode-p 'compilation-mode)
            (and (text-property-not-all beginning end 'compilation-message nil)
                 (list (buffer-substring-no-properties beginning end))))
           ((bound-and-true-p flymake-mode)
            (mapcar #'flymake-diagnostic-text (flymake-diagnostics beginning end)))
           ((bound-and-true-p flycheck-mode)
            (mapcar #'flycheck-error-message (flycheck-overlay-errors-in beginning end)))))))

;;;###autoload
(defun codex-sessions-fix-error-at-point (&optional choose)
  "Ask the project's session to fix the error at point, without showing it.
That is what flymake, flycheck or a compilation say of this line.  With a
prefix argument CHOOSE ask for the session."
  (interactive "P")
  (let ((errors (or (codex-sessions--errors-at-point)
                    (user-error "There is no error on this line")))
        (place (codex-sessions--place (point) (point))))
    (codex-sessions--send-to-target
     choose (format "Fix this error%s:\n\n%s" (if place (concat " in " place) "")
                    (string-join errors "\n")))))

(provide 'codex-sessions-send)
;;; codex-sessions-send.el ends here
