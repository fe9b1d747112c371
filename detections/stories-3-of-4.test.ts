import { checkStories } from "./testing/story-checks.ts";

checkStories(2, 4);
