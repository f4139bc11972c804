import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env['AMPERE_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  // The server replaces this token with a fresh nonce in every page it sends.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    // Inlined data: addresses would need a wider content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': server,
      '/operator/v1': server,
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    // A busy machine is slow, not wrong.
    testTimeout: 30_000,
    reporters: ['default', './tests/closing-line.ts'],
  },
});
