/** The calendar of days and moments; loaded when a form first shows one. */
import { DatePicker } from "antd";
import dayjs from "dayjs";
import chinese from "dayjs/locale/zh-cn";
import { useTranslation } from "react-i18next";

interface Props {
  id: string;
  label: string;
  /** A day, or a moment of the company's zone, as the browser writes it. */
  local: string;
  moment: boolean;
  invalid: boolean;
  autoFocus: boolean;
  /** Whether the field was entered before the calendar was here. */
  entered: boolean;
  onPick: (local: string) => void;
}

export function CalendarPicker(props: Props) {
  const { id, label, local, moment, invalid, autoFocus, entered, onPick } = props;
  const { i18n } = useTranslation();
  const found = local ? dayjs(local) : null;
  return (
    <DatePicker
      id={id}
      aria-label={label}
      style={{ width: "100%" }}
      autoFocus={autoFocus || entered}
      defaultOpen={entered}
      placeholder=""
      value={found ? found.locale(i18n.language === "en" ? "en" : chinese) : null}
      status={invalid ? "error" : ""}
      format={moment ? "YYYY-MM-DD HH:mm" : "YYYY-MM-DD"}
      showTime={moment ? { format: "HH:mm" } : false}
      needConfirm={false}
      preserveInvalidOnBlur
      onChange={(next) =>
        onPick(next ? next.format(moment ? "YYYY-MM-DDTHH:mm" : "YYYY-MM-DD") : "")
      }
    />
  );
}
