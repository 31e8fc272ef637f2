import { type History, begin, record, redo, undo } from "../content/model/history";
import { differences } from "./differences";
import { DraftSaver, type Saved } from "./saver";


interface Options<Draft> {
  saved: Saved<Draft>;
  save: (draft: Draft, base: Saved<Draft>) => Promise<Saved<Draft>>;
  load: () => Promise<Saved<Draft>>;
  /** What was typed in this browser and never reached the server. */
  backup: Saved<Draft> | null;
  keepBackup: (backup: Saved<Draft> | null) => void;
}

/** A draft that is being edited: what it says now, what it said before, and its way to the server. */
export class Editing<Draft> {
  history: History<Draft>;
  readonly saver: DraftSaver<Draft>;
  /** Whether it began with what an earlier visit could not save. */
  readonly wasRestored: boolean;
  private readonly listeners = new Set<() => void>();
  private readonly keepBackup: Options<Draft>["keepBackup"];

  constructor({ saved, save, load, backup, keepBackup }: Options<Draft>) {
    this.history = begin(saved.draft);
    this.keepBackup = keepBackup;
    this.saver = new DraftSaver({ saved: backup ? { ...saved, revision: backup.revision } : saved, save, load });
    this.saver.subscribe(() => {
      if (this.saver.state.kind === "saved") keepBackup(null);
    });
    this.wasRestored = backup !== null;
    if (backup) this.put(record(this.history, backup.draft, "", 0));
  }

  get draft(): Draft {
    return this.history.present;
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getHistory = () => this.history;

  /** Changes the draft. Changes with the same `key` shortly after each other are undone together. */
  edit(change: (draft: Draft) => Draft, key = "") {
    this.put(record(this.history, change(this.draft), key, Date.now()));
  }

  undo() {
    this.put(undo(this.history));
  }

  redo() {
    this.put(redo(this.history));
  }

  resolve(choice: "mine" | "theirs") {
    const draft = this.saver.resolve(choice);
    if (draft !== this.draft) this.show(begin(draft));
  }

  /** The server has something newer, and nothing was typed here. */
  adopt(saved: Saved<Draft>) {
    if (this.saver.isDirty || saved.revision <= this.saver.saved.revision) return;
    const isSame = differences(saved.draft, this.draft).length === 0;
    this.saver.adopt(isSame ? { revision: saved.revision, draft: this.draft } : saved);
    if (!isSame) this.show(begin(saved.draft));
  }

  private put(history: History<Draft>) {
    if (history.present === this.draft) return;
    this.show(history);
    this.keepBackup({ draft: this.draft, revision: this.saver.saved.revision });
    this.saver.change(this.draft);
  }

  private show(history: History<Draft>) {
    this.history = history;
    for (const listener of this.listeners) listener();
  }
}
