/** A state as a dot and a word: never colour alone. */
import { theme } from "antd";
import type { Option } from "@/api/types";
import { labelOf } from "@/lib/label";

export function StateDot({ option }: { option: Option }) {
  const { token } = theme.useToken();
  const colours = token as unknown as Record<string, string>;
  if (!option.colour) return <span className="state">{labelOf(option.label)}</span>;
  const name = option.colour === "default" ? null : option.colour;
  const colour =
    (name && colours[`${name}6`]) || (name && colours[name]) || token.colorTextQuaternary;
  return (
    <span className="state">
      <span className="dot" style={{ background: colour }} aria-hidden="true" />
      {labelOf(option.label)}
    </span>
  );
}
