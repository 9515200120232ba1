/** Icons that a definition may name. */
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
  api: <ApiOutlined />,
  appstore: <AppstoreOutlined />,
  audit: <AuditOutlined />,
  car: <CarOutlined />,
  database: <DatabaseOutlined />,
  home: <HomeOutlined />,
  inbox: <InboxOutlined />,
  "pay-circle": <PayCircleOutlined />,
  send: <SendOutlined />,
  setting: <SettingOutlined />,
  "shopping-cart": <ShoppingCartOutlined />,
  tags: <TagsOutlined />,
  team: <TeamOutlined />,
  user: <UserOutlined />,
  warning: <WarningOutlined />,
};

export function iconOf(name: string | undefined): ReactNode {
  return (name && ICONS[name]) || <FileTextOutlined />;
}
