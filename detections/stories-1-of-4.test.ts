import { checkStories } from "./testing/story-checks.ts";

checkStories(0, 4);
