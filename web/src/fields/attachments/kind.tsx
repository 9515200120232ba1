/** Files beside a record: several of them, or one picture. */
import { DASH } from "@/lib/format";
import { listed } from "@/lib/label";
import type { Kind } from "../types";
import { FilesControl } from "./control";
import { FileList, Thumb } from "./file-list";
import { filesOf } from "./limits";
import "./files.css";

export const attachments: Kind = {
  cell: ({ value }) => listed(filesOf(value).map((one) => one.name)) || DASH,
  view: ({ value }) => <FileList value={value} />,
  control: (props) => <FilesControl {...props} />,
  operators: ["is_blank", "not_blank"],
  wide: true,
};

export const picture: Kind = {
  cell: ({ value }) => {
    const [file] = filesOf(value);
    return file ? (
      <span className="files-cell" title={file.name}>
        <Thumb file={file} />
      </span>
    ) : (
      DASH
    );
  },
  view: ({ value }) => <FileList value={value} large />,
  control: (props) => <FilesControl {...props} />,
  operators: ["is_blank", "not_blank"],
};
