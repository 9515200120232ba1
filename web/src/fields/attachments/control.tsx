/** Files to be chosen, dropped, pasted or photographed; removed, and put back. */
import { CameraOutlined, CloseOutlined, PaperClipOutlined, UndoOutlined } from "@ant-design/icons";
import { Button, Progress } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { StoredFile } from "@/api/types";
import { FileInput, useDrop } from "@/ui/files-in";
import type { ControlProps } from "../types";
import { FileLink, Thumb } from "./file-list";
import { endingsOf, filesOf, formatBytes, megabytesOf, mostOf, takesImages } from "./limits";
import { useUploads } from "./use-uploads";
import type { Pending } from "./use-uploads";

const touch = () => window.matchMedia("(pointer: coarse)").matches;

export function FilesControl({ id, field, value, onChange, invalid, label }: ControlProps) {
  const { t } = useTranslation();
  const files = filesOf(value);
  const one = mostOf(field) === 1;
  const uploads = useUploads(field, files, (next) => onChange(next.length ? next : null));
  const [removed, setRemoved] = useState<{ file: StoredFile; at: number }[]>([]);
  const picker = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const endings = endingsOf(field);
  useEffect(() => {
    picker.current?.setCustomValidity(uploads.busy ? t("files.wait") : "");
  }, [uploads.busy, t]);
  const take = (list: FileList | null | undefined) => {
    if (list?.length) uploads.add([...list]);
  };
  const { over, zone } = useDrop(take);
  const remove = (file: StoredFile) => {
    setRemoved((all) => [...all, { file, at: files.indexOf(file) }]);
    uploads.put(files.filter((other) => other.id !== file.id));
  };
  const undo = (entry: { file: StoredFile; at: number }) => {
    setRemoved((all) => all.filter((other) => other !== entry));
    uploads.put(one ? [entry.file] : files.toSpliced(entry.at, 0, entry.file));
  };
  return (
    <div
      className={`filebox ${over ? "is-over" : ""} ${invalid ? "is-bad" : ""}`}
      {...zone}
      onPaste={(event) => take(event.clipboardData.files)}
      onBlur={(event) => {
        // the system's own dialog takes the focus nowhere: that is not leaving the field
        if (!event.relatedTarget) event.stopPropagation();
      }}
    >
      <ul className="files">
        {files.map((file) => (
          <li key={file.id}>
            <Thumb file={file} large={one} />
            <span className="name">
              <FileLink file={file} /> <small className="muted">{formatBytes(file.size)}</small>
            </span>
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined aria-hidden />}
              aria-label={t("files.remove", { name: file.name })}
              onClick={() => remove(file)}
            />
          </li>
        ))}
        {uploads.pending.map((entry) => (
          <OnItsWay key={entry.key} one={entry} uploads={uploads} />
        ))}
        {removed.map((entry) => (
          <li key={`removed-${entry.file.id}`} className="is-gone">
            <span className="name">
              <s>{entry.file.name}</s> <small className="muted">{t("files.removed")}</small>
            </span>
            <Button
              type="link"
              size="small"
              icon={<UndoOutlined aria-hidden />}
              aria-label={t("files.undo", { name: entry.file.name })}
              onClick={() => undo(entry)}
            >
              {t("files.undoShort")}
            </Button>
          </li>
        ))}
      </ul>
      <div className="choose">
        <Button
          id={id}
          icon={<PaperClipOutlined aria-hidden />}
          aria-label={`${label} ${t(one ? "files.choosePicture" : "files.choose")}`}
          onClick={() => picker.current?.click()}
        >
          {t(one ? (files.length ? "files.replace" : "files.choosePicture") : "files.choose")}
        </Button>
        {takesImages(field) && touch() ? (
          <Button
            icon={<CameraOutlined aria-hidden />}
            aria-label={`${label} ${t("files.photo")}`}
            onClick={() => camera.current?.click()}
          >
            {t("files.photo")}
          </Button>
        ) : (
          <span className="muted">{t("files.drop")}</span>
        )}
        <FileInput
          ref={picker}
          className="unseen"
          label={label}
          multiple={!one}
          accept={endings.map((ending) => `.${ending}`).join(",")}
          take={take}
        />
        <FileInput
          ref={camera}
          className="unseen"
          label={`${label} ${t("files.photo")}`}
          accept="image/jpeg,image/png"
          capture="environment"
          take={take}
        />
      </div>
      <small className="muted">
        {t("files.hint", {
          endings: endings.join(" "),
          megabytes: megabytesOf(field, uploads.limit),
        })}
      </small>
      <span role="status" className="unseen">
        {uploads.said}
      </span>
    </div>
  );
}

interface OnItsWayProps {
  one: Pending;
  uploads: ReturnType<typeof useUploads>;
}

function OnItsWay({ one, uploads }: OnItsWayProps) {
  const { t } = useTranslation();
  const { name, size } = one.file;
  return (
    <li>
      <span className="name">
        {name} <small className="muted">{formatBytes(size)}</small>
        {one.error ? (
          <span role="alert" className="fault">
            {one.error}
          </span>
        ) : (
          <Progress
            percent={Math.round(one.share * 100)}
            size="small"
            aria-label={t("files.uploading", { name })}
          />
        )}
      </span>
      {one.again ? (
        <Button
          size="small"
          aria-label={t("files.againNamed", { name })}
          onClick={() => uploads.again(one)}
        >
          {t("files.again")}
        </Button>
      ) : null}
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined aria-hidden />}
        aria-label={t(one.error ? "files.dismiss" : "files.cancel", { name })}
        onClick={() => uploads.cancel(one)}
      />
    </li>
  );
}
