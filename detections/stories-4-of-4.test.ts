import { checkStories } from "./testing/story-checks.ts";

checkStories(3, 4);
