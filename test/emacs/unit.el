;;; unit.el --- Tests without sessions  -*- lexical-binding: t; -*-

;;; Code:

(require 'support)

(defun test-session (name &rest more)
  "Return a session called NAME, `PROJECT:NAME', with MORE keys and values."
  (let ((parts (split-string name ":")))
    (append (cl-loop for (key value) on more by #'cddr collect (cons key value))
            `((fullName . ,(format "codex:%s:1a2b3c4d" name))
              (project . ,(car parts)) (name . ,(cadr parts)) (hash . "1a2b3c4d")
              (state . "running") (status . "idle") (createdAt . "2026-11-29T10:00:00.000Z")))))

(defun test-names (sessions)
  "Return the names of SESSIONS."
  (mapcar (apply-partially #'codex-sessions--get 'name) sessions))

;;; What is known of a session

(ert-deftest sessions-that-need-you-come-first ()
  (should (equal (test-names
                  (codex-sessions--sort
                   (list (test-session "a:idle") (test-session "a:busy" 'status "working")
                         (test-session "a:gone" 'state "lost" 'status nil)
                         (test-session "a:ready" 'status "done")
                         (test-session "a:seen" 'status "error" 'seen t)
                         (test-session "a:failed" 'status "error")
                         (test-session "a:trust" 'status "starting" 'statusReason "question")
                         (test-session "a:asks" 'status "blocked"))))
                 '("asks" "trust" "failed" "ready" "busy" "idle" "seen" "gone"))))

(ert-deftest the-mode-line-counts-who-needs-you ()
  (let ((sessions (list (test-session "a:1" 'status "blocked")
                        (test-session "a:2" 'status "starting" 'statusReason "question")
                        (test-session "a:3" 'status "done") (test-session "a:4" 'status "working")
                        (test-session "a:5" 'status "error" 'seen t))))
    (cl-letf (((symbol-function 'char-displayable-p) #'always))
      (should (equal (codex-sessions--signs sessions) "2! 1✓"))
      (should (equal (codex-sessions--signs nil) "")))
    (cl-letf (((symbol-function 'char-displayable-p) #'ignore))
      (should (equal (codex-sessions--signs (list (test-session "a:3" 'status "done")
                                                  (test-session "a:6" 'status "error")))
                     "1x 1+")))))

(ert-deftest a-state-in-words ()
  (let ((ago (lambda (seconds) (format-time-string "%FT%T.000Z" (time-subtract nil seconds) t))))
    (should (equal (codex-sessions--state
                    (test-session "a:b" 'status "working" 'turnSince (funcall ago 125)
                                  'statusSince (funcall ago 3)))
                   "working 2m"))
    (should (equal (codex-sessions--state
                    (test-session "a:b" 'status "blocked" 'statusReason "permission"
                                  'statusSince (funcall ago 7300)))
                   "blocked permission 2h"))
    (should (equal (codex-sessions--state
                    (test-session "a:b" 'state "lost" 'status nil 'resumable t
                                  'endedAt (funcall ago 200000)))
                   "lost 2d ago, resumable"))
    (should (equal (codex-sessions--state
                    (test-session "a:b" 'state "exited" 'status nil 'endedBy "exit"
                                  'exit '((code . 3) (signal))))
                   "exited 3"))))

(ert-deftest a-topic-repeats-no-other-column ()
  (should (equal (codex-sessions--topic
                  (test-session "api:b" 'cwd "/src/api"
                                'title "⠋ Working | api | Fix the tests | 01a201bd-9350-77e3-8bfd-60b31..."))
                 "Fix the tests"))
  (should (equal (codex-sessions--topic
                  (test-session "api:b" 'status "blocked" 'statusMessage "Run rm?" 'title "x"))
                 "Run rm?")))

(ert-deftest text-cannot-hide-or-reorder ()
  (should (equal (codex-sessions--safe "a\nb\e[31m\u202ec\u200bd\tä") "a\\u000ab\\u001b[31m\\u202ec\\u200bd\\u0009ä")))

(ert-deftest sessions-of-the-same-name-have-different-labels ()
  (let* ((one (test-session "api:main"))
         (two `((fullName . "codex:api:main:99999999") ,@one))
         (odd `((fullName . "codex:a:b\nc:main:12345678") ,@one))
         (labels (mapcar #'car (codex-sessions--labels (list one two odd)))))
    (should (equal labels '("codex:api:main:1a2b3c4d" "codex:api:main:99999999"
                            "a:b\\u000ac:main")))))

(ert-deftest completion-groups-by-project-and-keeps-the-order ()
  (let* ((labels (codex-sessions--labels (list (test-session "api:main" 'title "Fix it")
                                               (test-session "web:main"))))
         (table (codex-sessions--completions labels))
         (metadata (completion-metadata "" table nil))
         (group (completion-metadata-get metadata 'group-function)))
    (should (equal (funcall group "web:main" nil) "web"))
    (should (equal (funcall group "web:main" t) "web:main"))
    (should (string-match-p "idle .*Fix it"
                            (funcall (completion-metadata-get metadata 'annotation-function)
                                     "api:main")))
    (should (equal (funcall (completion-metadata-get metadata 'display-sort-function) '("b" "a"))
                   '("b" "a")))
    ;; A part of a name is enough.
    (should (equal (completion-all-completions "eb:m" table nil 4 metadata)
                   (completion-all-completions "web" table nil 3 metadata)))))

;;; Other machines

(ert-deftest a-directory-of-another-machine-means-its-sessions ()
  (should-not (codex-sessions--host "/src/api/"))
  (should (equal (codex-sessions--host "/ssh:box:/src/api/") "box"))
  (should (equal (codex-sessions--host "/scp:me@box.example.org:/src/") "me@box.example.org"))
  (should (equal (codex-sessions--there "box" "review") "box/review"))
  (should (equal (codex-sessions--there nil "review") "review"))
  (should (equal (codex-sessions--address '((host . "box") (fullName . "codex:api:main:1a2b3c4d")))
                 "box/codex:api:main:1a2b3c4d"))
  (should (equal (codex-sessions--title "box/codex:api:main:1a2b3c4d") "box/api:main"))
  (should (equal (codex-sessions--ls-args "box" "--all") '("ls" "--json" "--all" "--host" "box")))
  (dolist (directory '("/sudo:root@localhost:/etc/" "/ssh:a|ssh:b:/src/" "/ssh:box#2222:/src/"))
    (should-error (codex-sessions--host directory) :type 'user-error)))

(ert-deftest what-a-command-is-called-with-for-another-machine ()
  (let (called)
    (cl-letf (((symbol-function 'codex-sessions--spawn)
               (lambda (args &rest _) (push args called)))
              ((symbol-function 'project-current) #'ignore))
      (let ((default-directory "/ssh:box:/src/api/"))
        (codex-sessions-start "review")
        (should (equal called '(("start" "-d" "box/review" "-C" "/src/api/"))))))))

(ert-deftest a-directory-that-is-gone-is-no-other-project ()
  (let ((default-directory "/no/such/directory/"))
    (test-with-fake "echo '[]'"
      (dolist (command '(codex-sessions-start codex-sessions-send-prompt))
        (should (equal (should-error (funcall command "x") :type 'user-error)
                       '(user-error "There is no directory /no/such/directory/")))))))

;;; A command that is missing, too old, hangs, or is another program

(ert-deftest a-command-that-is-missing-is-one-line ()
  (let ((codex-sessions-program "no-such-command-anywhere"))
    (dolist (command '(codex-sessions-switch codex-sessions-list codex-sessions-start
                       codex-sessions-next codex-sessions-kill-all))
      (should (string-match-p "\\`No command no-such-command-anywhere: install"
                              (cadr (should-error (funcall command) :type 'user-error)))))))

(ert-deftest a-command-that-is-too-old-is-one-line ()
  (test-with-fake "echo 'codex-sessions: unknown option \"--json\"' >&2; echo '  See help.' >&2; exit 2"
    (should (string-match-p "is older than this package: unknown option \"--json\"\\. See help\\."
                            (cadr (should-error (codex-sessions-switch) :type 'user-error)))))
  (test-with-fake "echo '[{\"name\": \"x\"}]'"
    (should (string-match-p "prints no list of sessions"
                            (cadr (should-error (codex-sessions-switch) :type 'user-error))))))

(ert-deftest another-program-is-one-line ()
  (dolist (script '("echo hello" "true" "echo 7"))
    (test-with-fake script
      (should-error (codex-sessions-switch) :type 'user-error))))

(ert-deftest a-command-that-hangs-is-not-waited-for ()
  (test-with-fake "exec tail -f /dev/null"
    (let ((before (float-time)))
      (should (equal (should-error (codex-sessions-switch) :type 'user-error)
                     '(user-error "codex-sessions ls gave no answer in time")))
      (should (< 1.5 (- (float-time) before) 6)))
    (should-not (seq-find (lambda (process) (string-match-p "\\`codex-sessions" (process-name process)))
                          (process-list)))))

(ert-deftest what-fails-in-the-background-is-said ()
  (test-with-fake "echo 'codex-sessions: no session x' >&2; exit 3"
    (codex-sessions--run '("kill" "-y" "x"))
    (test-said "\\`no session x\\'")))

(ert-deftest long-input-does-not-block ()
  (test-with-fake "cat >/dev/null; tail -c 5 /dev/null; exit 0"
    (let ((before (float-time)) ended)
      (codex-sessions--run '("send" "x") :input (make-string 2000000 ?ä)
                           :then (lambda (_) (setq ended t)))
      (should (< (- (float-time) before) 2))
      (test-await ended))))

;;; Events

(defun test-line (event &rest more)
  "Return the line of EVENT, with MORE keys and values."
  (json-encode (append (list (cons 'event event))
                       (cl-loop for (key value) on more by #'cddr collect (cons key value)))))

(defmacro test-following (lines listed &rest body)
  "Run BODY with events followed: LINES, then none; \"ls\" prints LISTED."
  (declare (indent 2))
  `(let ((codex-sessions-need-functions (list #'always)))
     (clrhash codex-sessions--table)
     (test-with-fake (format "case $1 in\nls) cat <<'EOF'\n%s\nEOF\n;;\nevents) cat <<'EOF'\n%s\nEOF\nexec tail -f /dev/null;;\nesac"
                             (json-encode (vconcat ,listed)) (string-join ,lines "\n"))
       (unwind-protect (progn (codex-sessions-follow) ,@body)
         (codex-sessions--stop)
         (test-await (not codex-sessions--loading))))))

(ert-deftest events-change-the-table ()
  (let ((one (test-session "a:one")) (two (test-session "a:two"))
        (ended (test-session "a:old" 'state "exited" 'status nil 'endedBy "exit" 'exit '((code . 1)))))
    (test-following (list (test-line "snapshot" 'session one)
                          (test-line "started" 'session two)
                          (test-line "status" 'session (test-session "a:one" 'status "blocked"))
                          (test-line "renamed" 'session (test-session "a:three")
                                     'previous "codex:a:two:1a2b3c4d"))
        (list ended one)
      (test-await (and (= 3 (hash-table-count codex-sessions--table))
                       (gethash "codex:a:three:1a2b3c4d" codex-sessions--table)))
      (test-await (equal "blocked" (codex-sessions--get
                                    'status (gethash "codex:a:one:1a2b3c4d" codex-sessions--table))))
      (should (gethash "codex:a:old:1a2b3c4d" codex-sessions--table)))))

(ert-deftest a-gap-reads-the-list-anew ()
  (let ((calls 0))
    (cl-letf* ((load (symbol-function 'codex-sessions--load))
               ((symbol-function 'codex-sessions--load) (lambda () (cl-incf calls) (funcall load))))
      (test-following (list (test-line "gap" 'seq 7 'session nil 'sessions 0))
          (list (test-session "a:one"))
        (test-await (and (>= calls 2) (= 1 (hash-table-count codex-sessions--table))))))))

(ert-deftest lines-come-in-pieces ()
  (let* ((line (concat (test-line "snapshot" 'session (test-session "ä:one")) "\n"))
         (process (make-pipe-process :name "pieces" :noquery t)))
    (clrhash codex-sessions--table)
    (unwind-protect
        (cl-letf (((symbol-function 'codex-sessions--load) #'ignore))
          (mapc (lambda (character)
                  (codex-sessions--events-filter process (string character)))
                (concat line line))
          (should (equal (hash-table-keys codex-sessions--table) '("codex:ä:one:1a2b3c4d"))))
      (delete-process process))))

(ert-deftest events-that-end-are-followed-again ()
  (let ((codex-sessions--first-pause-seconds 0.05)
        (codex-sessions--pause 0.05)
        (codex-sessions-need-functions (list #'always))
        (codex-sessions--complaint nil)
        (count (make-temp-file "codex-sessions-count-")))
    (unwind-protect
        (test-with-fake (format "case $1 in ls) echo '[]';; *) echo x >>%s; echo 'codex-sessions: it broke' >&2; exit 1;; esac" count)
          (codex-sessions-follow)
          (test-await (<= 4 (file-attribute-size (file-attributes count))))
          (test-await (<= 0.4 codex-sessions--pause))
          ;; Said once, however often it happens.
          (should (= 1 (seq-count (apply-partially #'equal "it broke") test--messages)))
          (codex-sessions--stop)
          (should-not codex-sessions--retry))
      (delete-file count))))

(ert-deftest nobody-needs-events-any-longer ()
  (let ((codex-sessions-need-functions (list #'codex-sessions-list--buffers)))
    (test-with-fake "case $1 in ls) echo '[]';; *) exec tail -f /dev/null;; esac"
      (codex-sessions-mode-line-mode 1)
      (let ((process codex-sessions--events))
        (should (process-live-p process))
        (codex-sessions-list)
        (should (eq process codex-sessions--events))
        (codex-sessions-mode-line-mode -1)
        (test-await (not codex-sessions--loading))
        (accept-process-output nil 0.1)
        (should (process-live-p process))
        (kill-buffer "*codex-sessions*")
        (test-await (not (process-live-p process)))))))

(ert-deftest the-mode-line-stops-no-init-file ()
  (let ((codex-sessions-need-functions nil)
        (codex-sessions-program "no-such-command-anywhere")
        (codex-sessions--complaint nil)
        (test--messages nil))
    (codex-sessions-mode-line-mode 1)
    (test-said "\\`No command no-such-command-anywhere")
    (should codex-sessions--retry)
    (codex-sessions-mode-line-mode -1)
    (test-await (not codex-sessions--retry))))

;;; The list

(ert-deftest the-list-keeps-point-and-marks ()
  (clrhash codex-sessions--table)
  (dolist (name '("a:one" "a:two" "a:three"))
    (puthash (format "codex:%s:1a2b3c4d" name) (test-session name) codex-sessions--table))
  (with-temp-buffer
    (codex-sessions-list-mode)
    (codex-sessions-list--draw (current-buffer))
    (goto-char (point-min))
    (search-forward "a:three")
    (beginning-of-line)
    (codex-sessions-list-mark)
    (goto-char (point-min))
    (search-forward "a:two")
    (puthash "codex:a:new:1a2b3c4d" (test-session "a:new" 'status "blocked") codex-sessions--table)
    (codex-sessions-list--draw (current-buffer))
    (should (equal (tabulated-list-get-id) "codex:a:two:1a2b3c4d"))
    (should (string-match-p "^\\* a:three" (buffer-string)))
    (should (string-match-p "\\`  a:new +blocked" (buffer-string)))
    (should (equal (test-names (codex-sessions-list--chosen)) '("three")))
    (remhash "codex:a:three:1a2b3c4d" codex-sessions--table)
    (codex-sessions-list--draw (current-buffer))
    (should (equal (test-names (codex-sessions-list--chosen)) '("two")))))

(ert-deftest what-was-ended-on-purpose-is-listed-if-wanted ()
  (clrhash codex-sessions--table)
  (dolist (session (list (test-session "a:runs")
                         (test-session "a:killed" 'state "exited" 'endedBy "killed" 'status nil)
                         (test-session "a:quit" 'state "exited" 'endedBy "exit" 'status nil
                                       'exit '((code . 0)))
                         (test-session "a:crashed" 'state "exited" 'endedBy "exit" 'status nil
                                       'exit '((code . 101)))
                         (test-session "a:lost" 'state "lost" 'status nil)))
    (puthash (codex-sessions--get 'fullName session) session codex-sessions--table))
  (with-temp-buffer
    (codex-sessions-list-mode)
    (should (equal (test-names (codex-sessions-list--sessions)) '("runs" "crashed" "lost")))
    (codex-sessions-list-toggle-ended)
    (should (= 5 (length (codex-sessions-list--sessions))))))

;;; What is sent

(ert-deftest what-is-sent-says-where-it-is-from ()
  (let ((file (make-temp-file "codex-sessions-" nil ".el" "(defun a ()\n  1)\n\n(defun b ()\n  2)\n")))
    (unwind-protect
        (with-current-buffer (find-file-noselect file)
          (let ((name (file-name-nondirectory file)))
            (should (equal (codex-sessions--quoted 18 (point-max))
                           (format "%s:3-5\n\n\n(defun b ()\n  2)\n" name)))
            (should (equal (codex-sessions--place 1 5) (concat name ":1"))))
          (kill-buffer))
      (delete-file file)))
  (with-temp-buffer
    (insert "only text")
    (should (equal (codex-sessions--quoted 1 5) "only"))))

(ert-deftest an-error-is-taken-from-a-compilation ()
  (require 'compile)
  (with-temp-buffer
    (insert "cc -c x.c\nx.c:3:5: error: expected ';'\n")
    (compilation-mode)
    (compilation--ensure-parse (point-max))
    (goto-char (point-min))
    (should-not (codex-sessions--errors-at-point))
    (forward-line 1)
    (should (equal (codex-sessions--errors-at-point) '("x.c:3:5: error: expected ';'")))))

(ert-deftest an-error-is-taken-from-flymake ()
  (require 'flymake)
  (with-temp-buffer
    (insert "wrong\nright\n")
    (setq-local flymake-diagnostic-functions
                (list (lambda (report &rest _)
                        (funcall report (list (flymake-make-diagnostic
                                               (current-buffer) 1 6 :error "it is wrong"))))))
    (flymake-mode 1)
    (flymake-start)
    (goto-char (point-max))
    (should-not (codex-sessions--errors-at-point))
    (goto-char (point-min))
    (should (equal (codex-sessions--errors-at-point) '("it is wrong")))))

;;; Names of buffers

(ert-deftest buffers-are-found-by-their-names ()
  (let ((buffers (mapcar #'generate-new-buffer
                         '("*codex:api:main:1a2b3c4d*" "*codex:a:b\nc:x:1a2b3c4d*"
                           "*box/codex:api:main:1a2b3c4d*" "*codex:api:main*" "codex:a:b:1a2b3c4d"))))
    (unwind-protect
        (should (equal (seq-intersection (my-codex-session-buffers) buffers)
                       (seq-intersection (buffer-list) (seq-take buffers 3))))
      (mapc #'kill-buffer buffers))))

(ert-deftest the-earlier-names-are-commands ()
  (dolist (name '(my-codex-list-sessions my-codex-switch-session my-codex-kill-session
                  my-codex-kill-all-sessions my-codex-start-session))
    (should (commandp name))))

;;; What `term' is given

(defun test-translated (output)
  "Return what `term' is given for OUTPUT."
  (codex-sessions-vt-translate (make-codex-sessions-vt) output))

(ert-deftest term-gets-only-what-it-knows ()
  (should (equal (test-translated "a\e]0;title\ab\e]8;;x\e\\c\eP1$r\e\\d\e[>7u\e[?2026h\e(B\e=e\032/tmp\n")
                 "abcde/tmp\n"))
  (should (equal (test-translated "\e[6n\e[c\e[3;4fx\e7\e8") "\e[3;4Hx\e7\e8"))
  (should (equal (test-translated "\e[3X") "\e7   \e8"))
  (should (equal (test-translated "a\e[?1049hb\e[?1049lc") "a\e[r\e[H\e[2Jb\e[r\e[H\e[2Jc"))
  (should (equal (test-translated "\e[2J\e[K\e[5;1H\e[1;10r\r\n\t") "\e[2J\e[K\e[5;1H\e[1;10r\r\n\t"))
  ;; Bytes of UTF-8 stay what they are.
  (let ((bytes (encode-coding-string "›ä" 'utf-8)))
    (should (equal (test-translated bytes) bytes))))

(ert-deftest term-of-emacs-28-gets-eight-colours ()
  (skip-unless (< emacs-major-version 29))
  (should (equal (test-translated "\e[38;5;6mx") "\e[0;36mx"))
  (should (equal (test-translated "\e[38;5;12mx") "\e[0;94mx"))
  (should (equal (test-translated "\e[1;38;2;250;10;10mx\e[22my") "\e[0;1;91mx\e[0;91my"))
  (should (equal (test-translated "\e[4;7mx\e[24;39;49my\e[0mz") "\e[0;7;4mx\e[0;7my\e[0mz"))
  ;; Greys would be unreadable on a screen of the other kind; dim, italic are not known.
  (should (equal (test-translated "\e[48;2;40;40;40;38;5;255;2;3mx") "\e[0mx"))
  (should (equal (test-translated "\e[38;5;245mx") "\e[0;90mx"))
  (should (equal (test-translated "\e[48;5;1mx") "\e[0;41mx")))

(ert-deftest what-term-gets-depends-on-no-boundary ()
  (let ((output (encode-coding-string
                 "a\e[1;38;5;6mb\e]0;t\e\\c\e[?25l\e[3;4fä›\e[0m\e(Bz\ePq\e\\\e[2Xend" 'utf-8)))
    (dotimes (at (length output))
      (let ((state (make-codex-sessions-vt)))
        (should (equal (concat (codex-sessions-vt-translate state (substring output 0 at))
                               (codex-sessions-vt-translate state (substring output at)))
                       (test-translated output)))))))

(provide 'unit)
;;; unit.el ends here
