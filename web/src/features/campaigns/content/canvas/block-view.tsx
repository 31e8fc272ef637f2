import { CodeOutlined, LinkOutlined, PictureOutlined } from "@ant-design/icons";
import { Flex } from "antd";
import { useTranslation } from "react-i18next";
import type { Block, BlockOf, Theme } from "../model/block";
import { readableOn } from "../model/colors";
import { LineView, ParagraphsView } from "./markup-view";

interface Props<Each extends Block = Block> {
  block: Each;
  look: Theme;
}

const SIZES = { 1: 28, 2: 22, 3: 18 } as const;
const QUIET = "#6b7280"; // the footer's grey in the mail
const LINE = "#d5d8dd";

/** A block as the message will show it, about; the preview beside it is exact. Columns are drawn by who holds them. */
export function BlockView({ block, look }: Props) {
  switch (block.kind) {
    case "heading":
      return <HeadingView block={block} look={look} />;
    case "text":
      return <TextView block={block} look={look} />;
    case "image":
      return <ImageView block={block} look={look} />;
    case "button":
      return <ButtonView block={block} look={look} />;
    case "divider":
      return <div style={{ padding: "12px 24px" }}><div style={{ borderTop: `1px solid ${block.color ?? LINE}` }} /></div>;
    case "spacer":
      return <div style={{ height: block.height }} />;
    case "html":
      return <HtmlView block={block} look={look} />;
    case "footer":
      return <FooterView block={block} look={look} />;
    case "columns":
      return null;
  }
}

function Missing({ kind }: { kind: Exclude<Block["kind"], "divider" | "spacer" | "columns"> }) {
  const { t } = useTranslation("campaigns");
  return <span style={{ color: QUIET, fontStyle: "italic" }}>{t(`block.empty.${kind}`)}</span>;
}

function HeadingView({ block, look }: Props<BlockOf<"heading">>) {
  return (
    <div style={{ padding: "8px 24px", textAlign: block.align, fontSize: SIZES[block.level], lineHeight: 1.3, fontWeight: 600 }}>
      {block.text.trim() ? <LineView text={block.text} linkColor={look.brand_color} /> : <Missing kind="heading" />}
    </div>
  );
}

function TextView({ block, look }: Props<BlockOf<"text">>) {
  return (
    <div style={{ padding: "8px 24px", textAlign: block.align, fontSize: 15, lineHeight: 1.6 }}>
      {block.text.trim() ? <ParagraphsView text={block.text} linkColor={look.brand_color} /> : <Missing kind="text" />}
    </div>
  );
}

/** Pictures of others stay in the sandbox of the preview: here is their place. */
function ImageView({ block, look }: Props<BlockOf<"image">>) {
  const name = block.src.split(/[?#]/)[0]?.split("/").at(-1);
  return (
    <div style={{ padding: "8px 24px", textAlign: block.align }}>
      <Flex
        vertical
        align="center"
        justify="center"
        gap={4}
        style={{ display: "inline-flex", width: block.width ? Math.min(block.width, look.width - 48) : "100%", maxWidth: "100%", minHeight: 96, background: look.background, color: QUIET, border: `1px dashed ${LINE}`, borderRadius: 6, padding: 10, fontSize: 13 }}
      >
        <PictureOutlined style={{ fontSize: 24 }} />
        {block.src.trim() ? <span>{block.alt.trim() || name}</span> : <Missing kind="image" />}
        {block.href.trim() && <span><LinkOutlined /> {block.href}</span>}
      </Flex>
    </div>
  );
}

function ButtonView({ block, look }: Props<BlockOf<"button">>) {
  const color = block.color ?? look.brand_color;
  return (
    <div style={{ padding: "12px 24px", textAlign: block.align }}>
      <span style={{ display: "inline-block", padding: "12px 28px", borderRadius: 6, background: color, color: readableOn(color), fontSize: 15 }}>
        {block.text.trim() ? <LineView text={block.text.replace(/([\\*[\]()])/g, "\\$1")} linkColor="inherit" /> : <Missing kind="button" />}
      </span>
    </div>
  );
}

function HtmlView({ block }: Props<BlockOf<"html">>) {
  return (
    <Flex gap={8} align="start" className="mono" style={{ padding: "8px 24px", fontSize: 12, color: QUIET }}>
      <CodeOutlined style={{ marginTop: 3 }} />
      <span style={{ whiteSpace: "pre-wrap", maxHeight: 90, overflow: "hidden" }}>{block.html.trim() ? block.html.slice(0, 400) : <Missing kind="html" />}</span>
    </Flex>
  );
}

function FooterView({ block, look }: Props<BlockOf<"footer">>) {
  const { t } = useTranslation("campaigns");
  const hasSender = block.company.trim() || block.address.trim();
  return (
    <div style={{ padding: "8px 24px", textAlign: "center", fontSize: 12, lineHeight: 1.6, color: QUIET, whiteSpace: "pre-line" }}>
      {hasSender ? [block.company, block.address].filter((each) => each.trim()).map((each) => <div key={each}><LineView text={each} linkColor={look.brand_color} /></div>) : <Missing kind="footer" />}
      <div style={{ textDecoration: "underline" }}>{block.unsubscribe.trim() || t("block.unsubscribe")}</div>
    </div>
  );
}
