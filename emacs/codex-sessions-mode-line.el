;;; codex-sessions-mode-line.el --- Who needs you, in the mode line  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The signs are those of "codex-sessions status --short".

;;; Code:

(require 'codex-sessions-events)

(autoload 'codex-sessions-next "codex-sessions" nil t)
(autoload 'codex-sessions-list "codex-sessions-list" nil t)

(defconst codex-sessions--signs '((blocked "!" "!") (error "✗" "x") (done "✓" "+"))
  "What needs the user, its sign, and that for a terminal which cannot show it.")

(defvar codex-sessions--mode-line ""
  "How many sessions need the user, in signs.")
(put 'codex-sessions--mode-line 'risky-local-variable t)

(defvar codex-sessions--mode-line-map
  (let ((map (make-sparse-keymap)))
    (define-key map [mode-line mouse-1] #'codex-sessions-next)
    (define-key map [mode-line mouse-3] #'codex-sessions-list)
    map)
  "What a click on the signs does.")

(defun codex-sessions--signs (sessions)
  "Return how many of SESSIONS need the user, such as `2! 1✓'."
  (let ((needs (mapcar #'codex-sessions--need sessions)))
    (string-join
     (delq nil (mapcar (pcase-lambda (`(,need ,sign ,plain))
                         (let ((count (seq-count (apply-partially #'eq need) needs)))
                           (unless (zerop count)
                             (format "%d%s" count
                                     (if (char-displayable-p (aref sign 0)) sign plain)))))
                       codex-sessions--signs))
     " ")))

(defun codex-sessions--update-mode-line ()
  "Show in the mode line how many sessions need the user now."
  (let ((signs (codex-sessions--signs (hash-table-values codex-sessions--table))))
    (setq codex-sessions--mode-line
          (if (string-empty-p signs) ""
            (concat " " (propertize signs 'face 'mode-line-emphasis
                                    'mouse-face 'mode-line-highlight
                                    'local-map codex-sessions--mode-line-map
                                    'help-echo "Codex: mouse-1 the next one that needs you, \
mouse-3 the list"))))
    (force-mode-line-update t)))

(defvar codex-sessions-mode-line-mode)

(defun codex-sessions--mode-line-p ()
  "Whether the mode line needs the events."
  codex-sessions-mode-line-mode)

;;;###autoload
(define-minor-mode codex-sessions-mode-line-mode
  "Show in the mode line how many sessions ask (!), have failed (✗), are done (✓)."
  :global t
  :group 'codex-sessions
  (setq global-mode-string (delq 'codex-sessions--mode-line (or global-mode-string '(""))))
  (if codex-sessions-mode-line-mode
      (progn
        (setq global-mode-string (append global-mode-string '(codex-sessions--mode-line)))
        (add-hook 'codex-sessions-need-functions #'codex-sessions--mode-line-p)
        (add-hook 'codex-sessions-change-hook #'codex-sessions--update-mode-line)
        (codex-sessions--keep-following))
    (remove-hook 'codex-sessions-change-hook #'codex-sessions--update-mode-line)
    (remove-hook 'codex-sessions-need-functions #'codex-sessions--mode-line-p)
    (codex-sessions-unfollow)))

(provide 'codex-sessions-mode-line)
;;; codex-sessions-mode-line.el ends here
