import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SHARED =
  /\/src\/(?:fields\/(?!date\/picker)|api|lib\/(?!formula\/)|ui\/formula\/(?:ast|lexer|model|names|parse|print|builder-words)\.ts)/;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../src/orderloom/_ui",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    // what lists and records share is one file: each small one more is a request before the first list
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", test: SHARED }] } } },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
  // a state that has to come is waited for: others may be busy on the machine
  test: {
    environment: "happy-dom",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 120_000,
  },
} as Parameters<typeof defineConfig>[0]);
