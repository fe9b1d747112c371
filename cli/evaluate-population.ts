import { parentPort, workerData } from "node:worker_threads";
import { type PopulationSize, scorePopulation } from "#detections/testing/population-score.ts";

/** One drawn population in a thread of its own: the seed and size come in, the score goes out. */
const { seed, size } = workerData as { seed: string; size: PopulationSize };
parentPort?.postMessage(scorePopulation(seed, size));
