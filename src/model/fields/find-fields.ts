import type { JsonMember, JsonNode } from "../../std/json-node.ts";
import type { FieldPath, FieldStep } from "./field-path.ts";

/** A place that a path leads to. */
export interface FieldPlace {
  readonly value: JsonNode;
  /** The object or array that it stands in. */
  readonly parent: JsonNode;
  /** Absent when it is an element of an array. */
  readonly member?: JsonMember;
}

/** Every place that the steps of a path lead to, in the order of the text; the parameter of a path is not looked at. */
export function findFields(root: JsonNode, { steps }: FieldPath): readonly FieldPlace[] {
  let places: FieldPlace[] = [{ value: root, parent: root }];
  for (const step of steps) {
    const next: FieldPlace[] = [];
    for (const { value } of places) collect(value, step, next);
    if (next.length === 0) return next;
    places = next;
  }
  return places;
}

/** Whether one step leads from an object to this member of it. */
export function leadsToMember(step: FieldStep, member: JsonMember): boolean {
  return step.kind === "member" && member.isNamed(step.name, step.nameBytes);
}

/** Whether one step leads from an array to this element of it. */
export function leadsToElement(step: FieldStep, element: JsonNode, index: number): boolean {
  if (step.kind === "each") return true;
  if (step.kind === "index") return step.index === index;
  return step.kind === "where" && isChosen(element, step);
}

function collect(parent: JsonNode, step: FieldStep, into: FieldPlace[]): void {
  if (step.kind === "member") {
    for (const member of parent.members()) {
      if (leadsToMember(step, member)) into.push({ value: member.value, parent, member });
    }
    return;
  }
  for (const [index, element] of parent.elements().entries()) {
    if (leadsToElement(step, element, index)) into.push({ value: element, parent });
  }
}

function isChosen(element: JsonNode, step: FieldStep & { readonly kind: "where" }): boolean {
  return element.members().some((member) => {
    if (!member.isNamed(step.name, step.nameBytes)) return false;
    if (!step.ignoreCase) return member.value.says(step.value, step.valueBytes);
    return member.value.text.toLowerCase() === step.value.toLowerCase();
  });
}
