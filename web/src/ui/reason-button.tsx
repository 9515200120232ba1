/** A button that says why it cannot be pressed. */
import { Button, Tooltip } from "antd";
import type { ButtonProps } from "antd";

export function ReasonButton({
  reason,
  ...rest
}: ButtonProps & { reason?: string | null | undefined }) {
  if (!reason) return <Button {...rest} />;
  return (
    <Tooltip title={reason}>
      <span>
        <Button {...rest} disabled aria-description={reason} />
      </span>
    </Tooltip>
  );
}
