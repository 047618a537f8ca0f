#!/usr/bin/env python3
"""Solve one Solomon-format instance with a peer and print {"routes": [[...]], "version": "..."} as JSON.

usage: peer.py {pyvrp|ortools|vroom} FILE SECONDS SEED THREADS
       peer.py versions          import every peer and print its version; fails when one is not installed

All peers get the same numbers: DIMACS convention (every distance and time cut to one decimal, in tenths), objective distance only. Peers with one
thread are started once per thread by measure.py with different seeds, and the best answer counts.
"""
import json
import math
import sys


def read(path):
    vehicles = capacity = 0
    rows = []
    section = ""
    for line in open(path, encoding="utf-8"):
        words = line.split()
        if not words:
            continue
        if words[0] in ("VEHICLE", "CUSTOMER"):
            section = words[0]
        elif section == "VEHICLE" and words[0].isdigit():
            vehicles, capacity = int(words[0]), int(words[1])
        elif section == "CUSTOMER" and words[0].isdigit():
            rows.append([float(w) for w in words])
    n = len(rows)
    dist = [[int(10 * math.hypot(a[1] - b[1], a[2] - b[2]) + 1e-9) for b in rows] for a in rows]
    ready = [int(r[4] * 10) for r in rows]
    due = [int(r[5] * 10) for r in rows]
    service = [int(r[6] * 10) for r in rows]
    demand = [int(r[3]) for r in rows]
    return n, vehicles, capacity, dist, ready, due, service, demand


def solve_pyvrp(inst, seconds, seed, _threads):
    import numpy as np
    import pyvrp
    from importlib.metadata import version

    from pyvrp.stop import MaxRuntime

    n, vehicles, capacity, dist, ready, due, service, demand = inst
    matrix = np.array(dist, dtype=np.int64)
    depot = pyvrp.Depot(x=0, y=0, tw_early=ready[0], tw_late=due[0])
    clients = [
        pyvrp.Client(x=0, y=0, delivery=[demand[i]], service_duration=service[i], tw_early=ready[i], tw_late=due[i])
        for i in range(1, n)
    ]
    types = [pyvrp.VehicleType(vehicles, capacity=[capacity], tw_early=ready[0], tw_late=due[0])]
    data = pyvrp.ProblemData(clients, [depot], types, [matrix], [matrix])
    result = pyvrp.solve(data, stop=MaxRuntime(seconds), seed=seed, display=False)
    routes = [list(r.visits()) for r in result.best.routes()] if result.is_feasible() else []
    return routes, version("pyvrp")


def solve_ortools(inst, seconds, seed, _threads):
    import ortools
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    n, vehicles, capacity, dist, ready, due, service, demand = inst
    manager = pywrapcp.RoutingIndexManager(n, vehicles, 0)
    routing = pywrapcp.RoutingModel(manager)
    leg = routing.RegisterTransitMatrix(dist)
    routing.SetArcCostEvaluatorOfAllVehicles(leg)
    time = routing.RegisterTransitMatrix([[dist[i][j] + service[i] for j in range(n)] for i in range(n)])
    routing.AddDimension(time, due[0], due[0], False, "time")
    dimension = routing.GetDimensionOrDie("time")
    for i in range(1, n):
        dimension.CumulVar(manager.NodeToIndex(i)).SetRange(ready[i], due[i])
    load = routing.RegisterUnaryTransitVector(demand)
    routing.AddDimensionWithVehicleCapacity(load, 0, [capacity] * vehicles, True, "load")
    params = pywrapcp.DefaultRoutingSearchParameters()
    strategies = routing_enums_pb2.FirstSolutionStrategy
    first = [strategies.PARALLEL_CHEAPEST_INSERTION, strategies.SAVINGS, strategies.PATH_CHEAPEST_ARC]
    params.first_solution_strategy = first[seed % len(first)]
    params.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    params.time_limit.FromMilliseconds(int(seconds * 1000))
    solution = routing.SolveWithParameters(params)
    routes = []
    if solution:
        for v in range(vehicles):
            index, route = routing.Start(v), []
            while not routing.IsEnd(index):
                node = manager.IndexToNode(index)
                if node:
                    route.append(node)
                index = solution.Value(routing.NextVar(index))
            if route:
                routes.append(route)
    return routes, ortools.__version__


def solve_vroom(inst, seconds, _seed, threads):
    from datetime import timedelta
    from importlib.metadata import version

    import numpy as np
    import vroom

    n, vehicles, capacity, dist, ready, due, service, demand = inst
    problem = vroom.Input()
    problem.set_durations_matrix("car", np.array(dist, dtype=np.uint32))
    for v in range(vehicles):
        problem.add_vehicle(
            vroom.Vehicle(v + 1, start=0, end=0, capacity=[capacity], time_window=vroom.TimeWindow(ready[0], due[0]))
        )
    for i in range(1, n):
        problem.add_job(
            vroom.Job(i, location=i, default_service=service[i], delivery=[demand[i]], time_windows=[vroom.TimeWindow(ready[i], due[i])])
        )
    solution = problem.solve(exploration_level=5, nb_threads=threads, timeout=timedelta(seconds=seconds))
    table = solution.routes
    routes = []
    for _, group in table[table["type"] == "job"].groupby("vehicle_id", sort=False):
        routes.append([int(x) for x in group["id"]])
    return routes, version("pyvroom")


def versions():
    """Import all that solve_* will import, so that a broken installation is found before anything is measured."""
    from importlib.metadata import version

    import numpy  # noqa: F401
    import pyvrp  # noqa: F401
    import vroom  # noqa: F401
    from ortools.constraint_solver import pywrapcp  # noqa: F401
    from pyvrp.stop import MaxRuntime  # noqa: F401

    for package in ("pyvrp", "ortools", "pyvroom"):
        print(package, version(package))


def main():
    if sys.argv[1:] == ["versions"]:
        return versions()
    if sys.argv[1:] in (["-h"], ["--help"]):
        return print(__doc__)
    if len(sys.argv) != 6 or sys.argv[1] not in SOLVERS:
        sys.exit(__doc__)
    peer, path, seconds, seed, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    routes, version = SOLVERS[peer](read(path), seconds, seed, threads)
    json.dump({"routes": routes, "version": version}, sys.stdout)


SOLVERS = {"pyvrp": solve_pyvrp, "ortools": solve_ortools, "vroom": solve_vroom}

if __name__ == "__main__":
    main()
