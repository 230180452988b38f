;;; many.el --- Tests with many sessions, of a program in Codex's place  -*- lexical-binding: t; -*-

;;; Code:

(require 'benchmark)
(require 'support)

(ert-deftest fifty-sessions ()
  (codex-sessions-list)
  (test-until (lambda ()
                (with-current-buffer "*codex-sessions*"
                  (= 50 (count-matches "^  p[0-9]:s[0-9]+ " (point-min) (point-max)))))
              "fifty rows")
  ;; Nobody waits for a list that is drawn anew, nor for the names to choose from.
  (should (< (car (benchmark-run 1 (codex-sessions-list--draw-all))) 1))
  (let ((sessions (codex-sessions--ls nil)))
    (test-answering '("p7:s37")
      (should (< (car (benchmark-run 1 (codex-sessions--choose "Session" sessions))) 1))))
  (test-answering '() (codex-sessions-kill-all))
  (test-until (lambda ()
                (with-current-buffer "*codex-sessions*" (= (point-min) (point-max))))
              "an empty list"))

(provide 'many)
;;; many.el ends here
