/** Empty, broken and waiting: every screen's three other faces. */
import { Button, Empty, Skeleton } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "@/api/client";

export function EmptyState({
  title,
  hint,
  action,
}: {
  title: string;
  hint?: string;
  action?: ReactNode;
}) {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <div>{title}</div>
          {hint ? <div className="muted">{hint}</div> : null}
        </>
      }
    >
      {action}
    </Empty>
  );
}

export function ErrorState({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { t } = useTranslation();
  const problem = error instanceof ProblemError ? error.problem : null;
  const missing = problem?.status === 404;
  return (
    <div className="trouble" role="alert">
      <div className="sign" aria-hidden="true">
        {missing ? "404" : "!"}
      </div>
      <h1>{problem?.title ?? (error.message || t("common.error"))}</h1>
      {problem?.detail && problem.detail !== problem.title ? <p>{problem.detail}</p> : null}
      <div className="ways">
        {onRetry && !missing ? (
          <Button type="primary" onClick={onRetry}>
            {t("common.retry")}
          </Button>
        ) : null}
        <Button href="/">{t("common.home")}</Button>
      </div>
      {problem?.request_id ? (
        <p className="muted">{t("common.requestId", { id: problem.request_id })}</p>
      ) : null}
    </div>
  );
}

export function ListSkeleton() {
  const { t } = useTranslation();
  return (
    <div className="pad" aria-busy="true" aria-label={t("common.loading")}>
      <Skeleton active title={false} paragraph={{ rows: 10, width: "100%" }} />
    </div>
  );
}
