/** Files to be read: small pictures, names that open, sizes. */
import { FileOutlined } from "@ant-design/icons";
import { useState } from "react";
import type { StoredFile } from "@/api/types";
import { DASH } from "@/lib/format";
import { filesOf, formatBytes, hrefOf, isImage } from "./limits";

/** A picture, or a sign of a file; its name when the picture cannot be had. */
export function Thumb({ file, large }: { file: StoredFile; large?: boolean }) {
  const [gone, setGone] = useState(false);
  if (!isImage(file.kind) || gone)
    return (
      <span className="thumb" aria-hidden="true">
        <FileOutlined aria-hidden />
        <small>{file.kind}</small>
      </span>
    );
  return (
    <img
      className={large ? "thumb large" : "thumb"}
      src={hrefOf(file)}
      alt=""
      loading="lazy"
      onError={() => setGone(true)}
    />
  );
}

export function FileLink({ file }: { file: StoredFile }) {
  const image = isImage(file.kind);
  return (
    <a
      href={hrefOf(file)}
      {...(image ? { target: "_blank", rel: "noreferrer" } : { download: file.name })}
    >
      {file.name}
    </a>
  );
}

export function FileList({ value, large }: { value: unknown; large?: boolean }) {
  const files = filesOf(value);
  if (files.length === 0) return DASH;
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={file.id}>
          <Thumb file={file} large={large ?? false} />
          <span className="name">
            <FileLink file={file} /> <small className="muted">{formatBytes(file.size)}</small>
          </span>
        </li>
      ))}
    </ul>
  );
}
