import { Component, type ReactNode } from "react";
import { ProblemView } from "./problem-view";

interface Props {
  children: ReactNode;
}

/** Keeps a panel that breaks from taking the page with it. */
export class FaultBoundary extends Component<Props, { fault: unknown }> {
  override state = { fault: null as unknown };

  static getDerivedStateFromError(fault: unknown) {
    return { fault };
  }

  override render() {
    if (this.state.fault === null) return this.props.children;
    return <ProblemView problem={this.state.fault} onRetry={() => this.setState({ fault: null })} />;
  }
}
