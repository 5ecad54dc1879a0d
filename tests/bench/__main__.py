"""Run every benchmark and print its lines."""

from tests.bench import exploration_cost, imports, simulation_cost, transition_cost

if __name__ == "__main__":
    for measured in (transition_cost, simulation_cost, exploration_cost, imports):
        print(*measured.report(), sep="\n", flush=True)
