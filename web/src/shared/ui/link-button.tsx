import { createLink } from "@tanstack/react-router";
import { Button, type ButtonProps } from "antd";

const RoutedButton = createLink(Button);

// What the component library makes of `type`. The router keeps `type` for itself, so it has to come as the other two.
const LOOKS: Partial<Record<string, Pick<ButtonProps, "color" | "variant">>> = {
  primary: { color: "primary", variant: "solid" },
  dashed: { color: "default", variant: "dashed" },
  link: { color: "link" as "primary", variant: "link" },
  text: { color: "default", variant: "text" },
};

function Looking({ type, ...props }: ButtonProps) {
  const Anchor = RoutedButton as React.ComponentType<ButtonProps>;
  return <Anchor {...props} {...LOOKS[type ?? ""]} />;
}

/** A link that looks like a button: `<LinkButton to="/sources" search={{ create: true }} type="primary">`. */
export const LinkButton = Looking as typeof RoutedButton;
