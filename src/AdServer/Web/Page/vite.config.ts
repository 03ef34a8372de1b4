import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** What the server sends: files of at least this size are kept compressed beside themselves, so that it never compresses anything. */
const smallestCompressed = 512;

/** Writes `.br` and `.gz` beside each file of the build. Browsers take Brotli by https and from localhost alone. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir }) {
      for (const entry of readdirSync(dir!, { recursive: true, withFileTypes: true })) {
        // Node.js 18 knows the older name alone.
        const path = join(entry.parentPath ?? entry.path, entry.name);
        const bytes = entry.isFile() ? readFileSync(path) : null;
        if (bytes && bytes.length >= smallestCompressed) {
          writeFileSync(`${path}.br`, brotliCompressSync(bytes));
          writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  // The page works below any prefix that a proxy puts before it.
  base: './',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: '../../wwwroot',
    emptyOutDir: true,
    target: 'es2022',
    // No script in the page itself: its policy allows none.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  plugins: [compressed()],
  server: {
    // `npm run dev` beside a server that runs: the page reloads as it is written.
    proxy: {
      '^/(ads|ad_event|ad_events|performers|developers|stats|tokens|audit|sessions|health|metrics|swagger|sign-in/)': 'http://localhost:5080',
    },
  },
});
