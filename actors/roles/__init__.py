"""The five roles and the curator, as pure logic."""
