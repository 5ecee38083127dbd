"""Hosts, gateways, resolvers and jump boxes that drip, flood, lie, hang or vanish."""
