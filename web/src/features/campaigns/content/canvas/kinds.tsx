import {
  BorderHorizontalOutlined, CodeOutlined, ColumnHeightOutlined, FontSizeOutlined, LayoutOutlined, LineOutlined, PictureOutlined, PlaySquareOutlined, ProfileOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";
import type { Kind } from "../model/block";

/** The sign of each kind of block. */
export const SIGNS: Record<Kind, ReactNode> = {
  heading: <FontSizeOutlined />,
  text: <ProfileOutlined />,
  image: <PictureOutlined />,
  button: <PlaySquareOutlined />,
  divider: <LineOutlined />,
  spacer: <ColumnHeightOutlined />,
  columns: <LayoutOutlined />,
  footer: <BorderHorizontalOutlined />,
  html: <CodeOutlined />,
};
