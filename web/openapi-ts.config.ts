import { defineConfig } from '@hey-api/openapi-ts';

// The client is generated from the server's own description and never committed.
export default defineConfig({
  input: '../openapi.json',
  output: { path: 'src/api/gen' },
  logs: { file: false, level: 'warn' },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
});
