/** Icons that a definition may name; the text beside them says it all, so nobody has to hear them. */
import {
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  CarOutlined,
  DatabaseOutlined,
  FileTextOutlined,
  HomeOutlined,
  InboxOutlined,
  PayCircleOutlined,
  SendOutlined,
  SettingOutlined,
  ShoppingCartOutlined,
  TagsOutlined,
  TeamOutlined,
  UserOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

const ICONS: Record<string, ReactNode> = {
  api: <ApiOutlined aria-hidden />,
  appstore: <AppstoreOutlined aria-hidden />,
  audit: <AuditOutlined aria-hidden />,
  car: <CarOutlined aria-hidden />,
  database: <DatabaseOutlined aria-hidden />,
  home: <HomeOutlined aria-hidden />,
  inbox: <InboxOutlined aria-hidden />,
  "pay-circle": <PayCircleOutlined aria-hidden />,
  send: <SendOutlined aria-hidden />,
  setting: <SettingOutlined aria-hidden />,
  "shopping-cart": <ShoppingCartOutlined aria-hidden />,
  tags: <TagsOutlined aria-hidden />,
  team: <TeamOutlined aria-hidden />,
  user: <UserOutlined aria-hidden />,
  warning: <WarningOutlined aria-hidden />,
};

export function iconOf(name: string | undefined): ReactNode {
  return (name && ICONS[name]) || <FileTextOutlined aria-hidden />;
}
