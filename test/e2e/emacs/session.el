;; Opens FILE with the set-up of SETUP, and writes what the editor sees to standard output, one JSON object per line:
;; diagnostics, hover at the first error, code actions, diagnostics after the first action, and the line that completing the
;; property `alignm' leaves.

(require 'json)

(defun tell (kind value)
  (princ (concat (json-encode `((kind . ,kind) (value . ,value))) "\n")))

(defun wait-for (what condition)
  (let ((deadline (+ (float-time) 30)))
    (while (not (funcall condition))
      (when (> (float-time) deadline) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05))))

(defun errors ()
  (seq-filter (lambda (each) (eq (flymake-diagnostic-type each) 'eglot-error)) (flymake-diagnostics)))

(defun seen ()
  (vconcat
   (mapcar (lambda (each)
             `((message . ,(flymake-diagnostic-text each))
               (isError . ,(if (eq (flymake-diagnostic-type each) 'eglot-error) t :json-false))))
           (flymake-diagnostics))))

(load (getenv "SETUP"))
(setq eglot-sync-connect 30
      eglot-confirm-server-initiated-edits nil
      flymake-no-changes-timeout 0.1)
(find-file (getenv "FILE"))
;; `eglot-ensure' waits for a command loop, which a batch has not.
(apply #'eglot (eglot--guess-contact))
(wait-for "an error" #'errors)
(tell 'diagnostics (seen))

(let ((first (car (errors))))
  (goto-char (flymake-diagnostic-beg first))
  (let ((answer (jsonrpc-request (eglot-current-server) :textDocument/hover
                                 (eglot--TextDocumentPositionParams))))
    (tell 'hover (plist-get (plist-get answer :contents) :value)))
  (let ((actions (eglot-code-actions (flymake-diagnostic-beg first) (flymake-diagnostic-end first) "quickfix"))
        (count (length (errors))))
    (tell 'actions (vconcat (mapcar (lambda (each) (plist-get each :title)) actions)))
    (let ((action (aref (vconcat actions) 0)))
      (unless (plist-get action :edit)
        (setq action (jsonrpc-request (eglot-current-server) :codeAction/resolve action)))
      (eglot--apply-workspace-edit (plist-get action :edit)))
    (eglot--signal-textDocument/didChange)
    (wait-for "the error to go" (lambda () (< (length (errors)) count)))))
(save-buffer)
(tell 'after (seen))

(goto-char (point-min))
(search-forward "camera@")
(search-forward "{")
(insert "\nalignm")
(eglot--signal-textDocument/didChange)
(completion-at-point)
(tell 'completed (buffer-substring-no-properties (line-beginning-position) (line-end-position)))
(tell 'text (buffer-substring-no-properties (point-min) (point-max)))
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
