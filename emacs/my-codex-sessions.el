;;; my-codex-sessions.el --- Earlier names of codex-sessions  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The commands of the package that codex-sessions came from.  Its sessions
;; were buffers that ended with Emacs; these are the same keys and names on
;; sessions that do not.

;;; Code:

(require 'codex-sessions)
(require 'codex-sessions-list)

(defalias 'my-codex-start-session #'codex-sessions-start)
(defalias 'my-codex-switch-session #'codex-sessions-switch)
(defalias 'my-codex-list-sessions #'codex-sessions-list)
(defalias 'my-codex-kill-session #'codex-sessions-kill)
(defalias 'my-codex-kill-all-sessions #'codex-sessions-kill-all)

(defconst my-codex-session-buffer-regexp
  "\\`\\*\\(?:[^/:]+/\\)?codex:\\(?:.\\|\n\\)*:[^:]+:[0-9a-f]\\{8\\}\\*\\(?:<[0-9]+>\\)?\\'"
  "What the name of a session's buffer looks like.")

(defun my-codex-session-buffers ()
  "Return the buffers of sessions, found by their names."
  (seq-filter (lambda (buffer)
                (string-match-p my-codex-session-buffer-regexp (buffer-name buffer)))
              (buffer-list)))

(provide 'my-codex-sessions)
;;; my-codex-sessions.el ends here
