import { Flex } from "antd";
import { useMay } from "@shared/session";
import { CompositesPanel } from "./composites-panel";
import { Logout, OnePerson, Unsigned } from "./other-panels";
import { StatusPanel } from "./status-panel";
import { TypesPanel } from "./types-panel";
import type { Work } from "./use-work";
import { WaterfallPanel } from "./waterfall-panel";

/** All rules as a form. */
export function RulesTab({ work }: { work: Work }) {
  const mayWrite = useMay("identity:write");
  const { rules } = work;
  if (!rules) return null;
  const props = { rules, work, mayWrite };
  return (
    <Flex vertical gap={12}>
      <StatusPanel work={work} />
      <TypesPanel {...props} />
      <WaterfallPanel {...props} />
      <div className="identity-two">
        <CompositesPanel {...props} />
        <OnePerson {...props} />
        <Unsigned {...props} />
        <Logout {...props} />
      </div>
    </Flex>
  );
}
