import { Fragment } from "react";
import { type Inline, inline, paragraphs } from "../model/markup";

// On the mail's own background, whatever the page looks like.
const CHIP = { background: "#d7efea", color: "#06483f" };

/** A tag of Liquid as a chip: what stands there depends on who reads it. */
function Liquid({ source }: { source: string }) {
  const name = /^\{\{-?\s*([\w.]+)/.exec(source)?.[1];
  return (
    <span className="mono" title={source} style={{ background: CHIP.background, color: CHIP.color, borderRadius: 4, padding: "0 4px", fontSize: "0.85em", fontWeight: 400 }}>
      {name ?? source}
    </span>
  );
}

function Inlines({ nodes, linkColor }: { nodes: readonly Inline[]; linkColor: string }) {
  return nodes.map((node, index) => {
    switch (node.type) {
      case "text":
        return <Fragment key={index}>{node.text}</Fragment>;
      case "liquid":
        return <Liquid key={index} source={node.source} />;
      case "strong":
        return <strong key={index}><Inlines nodes={node.children} linkColor={linkColor} /></strong>;
      case "em":
        return <em key={index}><Inlines nodes={node.children} linkColor={linkColor} /></em>;
      case "link":
        return <span key={index} title={node.href} style={{ color: linkColor, textDecoration: "underline" }}><Inlines nodes={node.children} linkColor={linkColor} /></span>;
    }
  });
}

interface Props {
  text: string;
  linkColor: string;
}

/** A text of one line, as the message shows it. */
export const LineView = ({ text, linkColor }: Props) => <Inlines nodes={inline(text)} linkColor={linkColor} />;

/** Paragraphs and lists, as the message shows them. */
export function ParagraphsView({ text, linkColor }: Props) {
  return paragraphs(text).map((group, index) => {
    const lines = group.lines.map((line, at) => <Inlines key={at} nodes={line} linkColor={linkColor} />);
    if (group.type === "p")
      return (
        <p key={index} style={{ margin: "0 0 12px" }}>
          {lines.map((line, at) => <Fragment key={at}>{at > 0 && <br />}{line}</Fragment>)}
        </p>
      );
    const List = group.type;
    return <List key={index} style={{ margin: "0 0 12px", paddingInlineStart: 24 }}>{lines.map((line, at) => <li key={at}>{line}</li>)}</List>;
  });
}
