;;; codex-sessions-vt.el --- What `term' needs to show a session  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The codex-sessions authors
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The built-in `term' knows a part of what Codex writes: in Emacs 28 it has
;; eight colours, takes the numbers of the others for attributes, and shows
;; strings such as titles as text.  It also obeys sequences of its own that
;; change a buffer's directory.  So a session's output is translated
;; into what `term' knows, and what has no counterpart is left out.

;;; Code:

(require 'cl-lib)
(require 'seq)
(require 'subr-x)

(cl-defstruct codex-sessions-vt
  "What is known of the output so far.
REST is an unfinished sequence; STRING is non-nil within a string such as a
title.  FLAGS, FOREGROUND and BACKGROUND are the numbers of the attributes."
  (rest "") string flags foreground background)

(defconst codex-sessions-vt--sequence
  (rx (or (seq "\e[" (group (* (any "0-?"))) (group (* (any " -/"))) (group (any "@-~")))
          (seq "\e" (group (any "P]X^_")))
          (seq "\e" (+ (any " -/")) (any "0-~"))
          (seq "\e" (group (any "0-OQ-WYZ\\`-~")))
          ;; Here `term' would take a directory, or a file to show.
          "\032"))
  "A control sequence, or the beginning of a string.
The groups are those of a CSI, then what begins a string, then a lone escape.")

(defconst codex-sessions-vt--alternate (rx bos "?" (or "47" "1047" "1049") eos)
  "The alternate screen, which `term' does not have: it begins and ends empty.")

(defconst codex-sessions-vt--unfinished
  (rx "\e" (or eos (seq (+ (any " -/")) eos)
               (seq "[" (* (any "0-?")) (* (any " -/")) eos)))
  "A sequence that the output ends in.")

(defconst codex-sessions-vt--string-end (rx (or "\a" "\e\\" "\030" "\032"))
  "What ends a string.")

(defun codex-sessions-vt-translate (state output)
  "Return what `term' is to be given for OUTPUT, which comes after STATE."
  (let ((text (concat (codex-sessions-vt-rest state) output))
        (start 0)
        (parts nil))
    (setf (codex-sessions-vt-rest state) "")
    (while start
      (setq start (if (codex-sessions-vt-string state)
                      (codex-sessions-vt--skip-string state text start)
                    (codex-sessions-vt--step state text start
                                             (lambda (part) (push part parts))))))
    (apply #'concat (nreverse parts))))

(defun codex-sessions-vt--skip-string (state text start)
  "Return where the string ends in which TEXT is at START, or nil.
STATE is told of it."
  (if (string-match codex-sessions-vt--string-end text start)
      (progn (setf (codex-sessions-vt-string state) nil)
             (match-end 0))
    (when (string-suffix-p "\e" text) (setf (codex-sessions-vt-rest state) "\e"))
    nil))

(defun codex-sessions-vt--step (state text start emit)
  "Call EMIT with what comes of TEXT from START to the end of the next sequence.
Return where that is, or nil at the end of TEXT.  STATE is told of it."
  (if (string-match codex-sessions-vt--sequence text start)
      (let ((end (match-end 0)))
        (funcall emit (substring text start (match-beginning 0)))
        (funcall emit (codex-sessions-vt--sequence-for state text))
        end)
    (let ((cut (string-match codex-sessions-vt--unfinished text start)))
      (setf (codex-sessions-vt-rest state) (if cut (substring text cut) ""))
      (funcall emit (substring text start cut))
      nil)))

(defun codex-sessions-vt--sequence-for (state text)
  "Return what stands for the sequence in TEXT that was just matched, after STATE."
  (let ((final (match-string 3 text))
        (escape (match-string 5 text)))
    (cond (final (codex-sessions-vt--csi state (match-string 1 text)
                                         (match-string 2 text) (aref final 0)))
          ((match-string 4 text)
           (setf (codex-sessions-vt-string state) t)
           "")
          ((and escape (string-search escape "78DMc")) (match-string 0 text))
          (t ""))))

(defun codex-sessions-vt--csi (state parameters intermediates final)
  "Return what stands for the CSI sequence of PARAMETERS, INTERMEDIATES and FINAL.
STATE has the attributes."
  (cond ((and (string-match-p codex-sessions-vt--alternate parameters) (memq final '(?h ?l)))
         "\e[r\e[H\e[2J")
        ((or (not (string-empty-p intermediates)) (string-match-p "[<=>?]" parameters)) "")
        ((eq final ?m) (codex-sessions-vt--attributes state parameters))
        ;; Queries are answered by the session's own terminal.
        ((memq final '(?c ?n ?t ?u ?s)) "")
        ((eq final ?f) (format "\e[%sH" parameters))
        ((eq final ?X)
         (format "\e7%s\e8" (make-string (max 1 (string-to-number parameters)) ?\s)))
        (t (format "\e[%s%c" parameters final))))

;;; Colours

(defun codex-sessions-vt--attributes (state parameters)
  "Take the attributes in PARAMETERS into STATE, and return all that it has then."
  (if (>= emacs-major-version 29)
      (format "\e[%sm" (replace-regexp-in-string ":+" ";" parameters))
    (let ((numbers (mapcar #'string-to-number (split-string parameters "[;:]+"))))
      (while numbers
        (setq numbers (codex-sessions-vt--attribute state (car numbers) (cdr numbers)))))
    (format "\e[0%sm" (mapconcat (lambda (number) (format ";%d" number))
                                 (codex-sessions-vt--numbers state) ""))))

(defun codex-sessions-vt--numbers (state)
  "Return the numbers of all attributes in STATE."
  (append (codex-sessions-vt-flags state)
          (delq nil (list (codex-sessions-vt-foreground state)
                          (codex-sessions-vt-background state)))))

(defun codex-sessions-vt--attribute (state number numbers)
  "Take the attribute NUMBER, which NUMBERS follow, into STATE.
Return those of NUMBERS that are left."
  (pcase number
    (0 (setf (codex-sessions-vt-flags state) nil
             (codex-sessions-vt-foreground state) nil
             (codex-sessions-vt-background state) nil))
    ((or 1 4 7 8) (cl-pushnew number (codex-sessions-vt-flags state)))
    ((or 21 22) (codex-sessions-vt--unset state 1))
    ((or 24 27 28) (codex-sessions-vt--unset state (- number 20)))
    (39 (setf (codex-sessions-vt-foreground state) nil))
    (49 (setf (codex-sessions-vt-background state) nil)))
  (cond ((or (<= 30 number 37) (<= 90 number 97))
         (setf (codex-sessions-vt-foreground state) number))
        ((or (<= 40 number 47) (<= 100 number 107))
         (setf (codex-sessions-vt-background state) number)))
  (if (memq number '(38 48))
      (codex-sessions-vt--wide-colour state (= number 48) numbers)
    numbers))

(defun codex-sessions-vt--unset (state flag)
  "Take FLAG out of STATE."
  (setf (codex-sessions-vt-flags state) (remq flag (codex-sessions-vt-flags state))))

(defun codex-sessions-vt--wide-colour (state background numbers)
  "Take the colour that NUMBERS begin with into STATE, for the BACKGROUND or not.
Return those of NUMBERS that are left."
  (let* ((kind (car numbers))
         (count (pcase kind (5 2) (2 4) (_ (length numbers))))
         (colour (pcase kind
                   (5 (codex-sessions-vt--indexed (or (nth 1 numbers) 0) background))
                   (2 (codex-sessions-vt--nearest
                       (mapcar (lambda (at) (or (nth at numbers) 0)) '(1 2 3)) background)))))
    (if background
        (setf (codex-sessions-vt-background state) (and colour (+ colour 10)))
      (setf (codex-sessions-vt-foreground state) colour))
    (nthcdr count numbers)))

(defun codex-sessions-vt--number (index)
  "Return the attribute for one of the 16 colours, by its INDEX."
  (if (< index 8) (+ 30 index) (+ 82 index)))

(defun codex-sessions-vt--indexed (index background)
  "Return the attribute for colour INDEX of 256, or nil; BACKGROUND as below."
  (cond ((< index 16) (codex-sessions-vt--number index))
        ((< index 232)
         (codex-sessions-vt--nearest
          (mapcar (lambda (level) (if (zerop level) 0 (+ 55 (* 40 level))))
                  (list (/ (- index 16) 36) (mod (/ (- index 16) 6) 6) (mod (- index 16) 6)))
          background))
        (t (codex-sessions-vt--nearest (make-list 3 (+ 8 (* 10 (- index 232)))) background))))

(defconst codex-sessions-vt--palette
  '((0 0 0) (205 0 0) (0 205 0) (205 205 0) (0 0 238) (205 0 205) (0 205 205) (229 229 229)
    (127 127 127) (255 0 0) (0 255 0) (255 255 0) (92 92 255) (255 0 255) (0 255 255)
    (255 255 255))
  "Red, green and blue of the 16 colours.")

(defconst codex-sessions-vt--grey-spread 40
  "Colours whose parts differ by less are greys.")

(defun codex-sessions-vt--nearest (rgb background)
  "Return the attribute nearest to the colour RGB, or nil for that of the buffer.
A grey BACKGROUND, or text that is nearly black or white, may be unreadable
where Emacs is not as dark or light as the session."
  (if (< (- (apply #'max rgb) (apply #'min rgb)) codex-sessions-vt--grey-spread)
      (and (not background) (<= 64 (car rgb) 176) 90)
    (let ((distances (mapcar (lambda (colour) (codex-sessions-vt--distance rgb colour))
                             codex-sessions-vt--palette)))
      (codex-sessions-vt--number (seq-position distances (apply #'min distances))))))

(defun codex-sessions-vt--distance (a b)
  "Return how much the colours A and B differ."
  (apply #'+ (cl-mapcar (lambda (x y) (* (- x y) (- x y))) a b)))

(provide 'codex-sessions-vt)
;;; codex-sessions-vt.el ends here
