// Holds the rules of sigma-go against events on demand, so that a benchmark can take turns with it: one core, events
// parsed before any clock runs.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/bradleyjkemp/sigma-go"
	"github.com/bradleyjkemp/sigma-go/evaluator"
)

type ruleText struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type rule struct {
	id        string
	evaluator *evaluator.RuleEvaluator
}

type answer struct {
	Nanoseconds int64       `json:"nanoseconds"`
	Matches     int         `json:"matches"`
	Pairs       [][2]string `json:"pairs,omitempty"`
	Failing     []string    `json:"failing,omitempty"`
	Rules       int         `json:"rules"`
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readRules(file string) []rule {
	raw, err := os.ReadFile(file)
	fail(err)
	var texts []ruleText
	fail(json.Unmarshal(raw, &texts))
	out := make([]rule, 0, len(texts))
	for _, one := range texts {
		parsed, err := sigma.ParseRule([]byte(one.Text))
		if err != nil {
			fail(fmt.Errorf("%s: %w", one.ID, err))
		}
		out = append(out, rule{one.ID, evaluator.ForRule(parsed)})
	}
	return out
}

func readEvents(file string) []map[string]interface{} {
	in, err := os.Open(file)
	fail(err)
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<20), 1<<24)
	var out []map[string]interface{}
	for lines.Scan() {
		var event map[string]interface{}
		fail(json.Unmarshal(lines.Bytes(), &event))
		out = append(out, event)
	}
	fail(lines.Err())
	return out
}

func run(rules []rule, events []map[string]interface{}, keepPairs bool) answer {
	ctx := context.Background()
	out := answer{Rules: len(rules)}
	failing := map[string]bool{}
	started := time.Now()
	for number, event := range events {
		for _, one := range rules {
			result, err := one.evaluator.Matches(ctx, event)
			if err != nil {
				if keepPairs {
					failing[one.id] = true
				}
				continue
			}
			if result.Match {
				out.Matches++
				if keepPairs {
					out.Pairs = append(out.Pairs, [2]string{strconv.Itoa(number), one.id})
				}
			}
		}
	}
	out.Nanoseconds = time.Since(started).Nanoseconds()
	for id := range failing {
		out.Failing = append(out.Failing, id)
	}
	return out
}

// Usage: sigma-go-bench EVENTS RULES...; then lines "time SET COUNT" or "pairs SET COUNT" on the input.
func main() {
	runtime.GOMAXPROCS(1)
	events := readEvents(os.Args[1])
	var sets [][]rule
	for _, file := range os.Args[2:] {
		sets = append(sets, readRules(file))
	}
	answers := json.NewEncoder(os.Stdout)
	fail(answers.Encode(map[string]int{"events": len(events)}))
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		words := strings.Fields(commands.Text())
		set, err := strconv.Atoi(words[1])
		fail(err)
		count, err := strconv.Atoi(words[2])
		fail(err)
		fail(answers.Encode(run(sets[set], events[:min(count, len(events))], words[0] == "pairs")))
	}
}
