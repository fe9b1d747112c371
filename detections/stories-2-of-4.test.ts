import { checkStories } from "./testing/story-checks.ts";

checkStories(1, 4);
