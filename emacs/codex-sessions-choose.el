;;; codex-sessions-choose.el --- Asking for a session  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Sessions are completed by name, grouped by project, those that need you first.

;;; Code:

(require 'codex-sessions-data)

(defvar codex-sessions--name)

(add-to-list 'completion-category-defaults '(codex-session (styles basic substring)))

(defun codex-sessions--labels (sessions)
  "Return an alist of names, each for one of SESSIONS."
  (let ((titles (mapcar (lambda (session)
                          (codex-sessions--title (codex-sessions--address session)))
                        sessions)))
    (cl-mapcar (lambda (title session)
                 (cons (if (= 1 (seq-count (apply-partially #'equal title) titles)) title
                         (codex-sessions--safe (codex-sessions--address session)))
                       session))
               titles sessions)))

(defun codex-sessions--annotation (session width label)
  "Return what stands behind LABEL of SESSION, in a column after WIDTH."
  (concat (make-string (max 2 (- (+ 2 width) (string-width label))) ?\s)
          (propertize (string-pad (codex-sessions--state session) 20)
                      'face (codex-sessions--face session))
          (propertize (format " %4s  %s"
                              (codex-sessions--since (codex-sessions--get 'createdAt session))
                              (codex-sessions--topic session))
                      'face 'completions-annotations)))

(defun codex-sessions--face (session)
  "Return the face for what SESSION does."
  (pcase (codex-sessions--need session)
    ('blocked 'warning)
    ('error 'error)
    ('done 'success)
    ('working 'bold)
    ('nil 'shadow)
    (_ 'default)))

(defun codex-sessions--group (labels)
  "Return a function that groups the names in LABELS by project."
  (lambda (label transform)
    (if transform label
      (let-alist (cdr (assoc label labels))
        (codex-sessions--safe (concat (and .host (concat .host "/")) .project))))))

(defun codex-sessions--in-order (labels &rest metadata)
  "Return a completion table of LABELS in their own order, with METADATA."
  (lambda (string predicate action)
    (if (eq action 'metadata)
        (append '(metadata (display-sort-function . identity) (cycle-sort-function . identity))
                metadata)
      (complete-with-action action labels string predicate))))

(defun codex-sessions--completions (labels)
  "Return a completion table of LABELS, with what is known of each session."
  (let ((width (apply #'max 0 (mapcar (lambda (one) (string-width (car one))) labels))))
    (codex-sessions--in-order
     labels
     '(category . codex-session)
     (cons 'group-function (codex-sessions--group labels))
     (cons 'annotation-function
           (lambda (label)
             (codex-sessions--annotation (cdr (assoc label labels)) width label))))))

(defun codex-sessions--choose (prompt sessions)
  "Ask with PROMPT for one of SESSIONS, those who need the user first."
  (unless sessions (user-error "There are no sessions"))
  (let* ((labels (codex-sessions--labels (codex-sessions--sort sessions)))
         (first (or (seq-find (lambda (one)
                                (not (equal codex-sessions--name
                                            (codex-sessions--address (cdr one)))))
                              labels)
                    (car labels)))
         (chosen (completing-read (format-prompt prompt (car first))
                                  (codex-sessions--completions labels) nil t nil nil (car first))))
    (or (cdr (assoc chosen labels)) (user-error "There is no session %s" chosen))))

(defun codex-sessions--all (host &optional ended)
  "Return the sessions of HOST; with ENDED also those that were ended on purpose."
  (if ended (codex-sessions--ls host "--all") (codex-sessions--ls host)))

(defun codex-sessions--of-project (host directory)
  "Return the sessions, ended ones too, of the project of DIRECTORY on HOST."
  (if host
      (let ((root (directory-file-name (file-local-name directory))))
        (seq-filter (lambda (session) (equal root (codex-sessions--get 'root session)))
                    (codex-sessions--ls host "--all")))
    (let ((default-directory directory))
      (codex-sessions--ls nil "--all" "--here"))))

(provide 'codex-sessions-choose)
;;; codex-sessions-choose.el ends here
