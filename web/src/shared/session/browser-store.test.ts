import { expect, it } from "vitest";
import { ownStore, setStoreOwner } from "./browser-store";

it("keeps what belongs to one user from the next, and forgets it with them", () => {
  localStorage.setItem("tributary.look", "dark"); // of the browser, not of a user
  setStoreOwner("usr_1", "wsp_1");
  ownStore.write("views.people", JSON.stringify(["mine"]));
  setStoreOwner("usr_2", "wsp_1");
  expect(ownStore.readJson("views.people", [])).toEqual([]);
  ownStore.write("views.people", JSON.stringify(["theirs"]));
  ownStore.forget();
  expect(ownStore.read("views.people")).toBeNull();
  setStoreOwner("usr_1", "wsp_2");
  expect(ownStore.read("views.people")).toBeNull();
  setStoreOwner("usr_1", "wsp_1");
  expect(ownStore.readJson("views.people", [])).toEqual(["mine"]);
  expect(localStorage.getItem("tributary.look")).toBe("dark");
});

it("reads what it cannot understand as nothing", () => {
  ownStore.write("views.people", "{");
  expect(ownStore.readJson("views.people", [])).toEqual([]);
});
