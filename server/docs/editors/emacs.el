;; dtmap in Emacs: devicetree source is opened in `dts-mode' and checked through eglot.

(require 'eglot)

;; Any major mode will do; this one is enough when none is installed.
(unless (fboundp 'dts-mode)
  (define-derived-mode dts-mode prog-mode "DTS"
    (setq-local comment-start "/* " comment-end " */")))
(add-to-list 'auto-mode-alist '("\\.\\(dts\\|dtsi\\|dtso\\|overlay\\)\\'" . dts-mode))

(add-to-list 'eglot-server-programs '(dts-mode . ("dtmap" "lsp" "--stdio")))
;; What other servers are set to stays as it is; what you set for dtmap yourself, too.
(let ((settings (default-value 'eglot-workspace-configuration)))
  (when (and (listp settings) (or (null settings) (keywordp (car settings)))
             (not (plist-member settings :dtmap)))
    (setq-default eglot-workspace-configuration
                  (append settings '(:dtmap (:targets ["xen:4.22" "linux:6.12"]))))))
(add-hook 'dts-mode-hook 'eglot-ensure)
