/** Bringing a file in, with progress; fetch cannot tell how much has been sent. */
import { address, broken, csrfHeader, ProblemError } from "./client";
import type { Problem, StoredFile } from "./types";

export function upload(
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address("/files"));
    for (const [name, value] of Object.entries(csrfHeader())) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const body: unknown = request.response;
      if (request.status === 201) resolve(body as StoredFile);
      else reject(new ProblemError((body as Problem | null) ?? broken(request.status)));
    });
    request.addEventListener("error", () => reject(new ProblemError(broken(0))));
    request.addEventListener("abort", () => reject(new ProblemError(broken(0))));
    signal.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.set("file", file);
    request.send(form);
  });
}
