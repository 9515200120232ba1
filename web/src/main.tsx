/** Where the browser starts. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@/lib/i18n";
import { App } from "@/shell/app";
import "@/ui/styles.css";

const element = document.getElementById("root");
if (element) {
  createRoot(element).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
