import { createLink } from "@tanstack/react-router";
import { Button } from "antd";

/** A link that looks like a button: `<LinkButton to="/sources" search={{ create: true }} type="primary">`. */
export const LinkButton = createLink(Button);
