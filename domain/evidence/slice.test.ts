import fc from "fast-check";
import { expect, test } from "vitest";
import { sliceRecords } from "./slice.ts";

test("records are cut out letter for letter, from a list and from an OData page", () => {
  const one = '{"a" : "x]}\\",[", "n":1.50}';
  const two = '{"value":[1,[2]],"b":null}';
  expect(sliceRecords(`[ ${one} ,\n${two}]`)).toEqual([one, two]);
  expect(sliceRecords(`{"@odata.context":"value","value": [${one},${two}],"@odata.nextLink":"[x]"}`)).toEqual([
    one,
    two,
  ]);
  expect(sliceRecords("[]")).toEqual([]);
  expect(sliceRecords("<html>")).toEqual([]);
});

test("the n-th slice is the n-th record, whatever a page holds", () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 6 }),
      fc.boolean(),
      (records, isOData) => {
        const page = JSON.stringify(isOData ? { "@odata.count": 3, value: records } : records, null, 1);
        expect(sliceRecords(page).map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(records)));
      },
    ),
  );
});
