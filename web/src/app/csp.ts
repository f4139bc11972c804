/** The nonce of this page, put into index.html by the server; styles made at run time carry it. */
export function styleNonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
}

// The scroll lock of dialogs looks for its nonce under this global name.
export function shareNonce(): void {
  Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
}
